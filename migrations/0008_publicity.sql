-- What a person lets be published of themselves: said by nobody but them, NULL while they have not said it, which
-- counts as no (志愿服务条例 2017 §21, 民法典 §1019).

-- 可署名: their name may stand beside what they did.
ALTER TABLE person ADD COLUMN named BIGINT CHECK (named IN (0, 1));
-- 可出镜: they may be seen and heard in it.
ALTER TABLE person ADD COLUMN pictured BIGINT CHECK (pictured IN (0, 1));
-- When they last said either.
ALTER TABLE person ADD COLUMN publicity_at BIGINT;
