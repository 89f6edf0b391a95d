//! What the kit declares about sending twice is whole: every route of the access table that changes something has its
//! line, and every line its route.

use kit::twice::{SECOND, Second};
use miaopu_server::router::ROUTES;

/// Methods that change nothing by what they are (RFC 9110 §9.2.1). HEAD is none of them here: it joins an upload that
/// a crash left whole.
const SAFE: [&str; 2] = ["GET", "OPTIONS"];

#[test]
fn every_route_that_changes_something_says_what_its_second_answer_is() {
    let declared =
        |method: &str, path: &str| SECOND.iter().filter(|row| (row.0, row.1) == (method, path)).count();
    for route in ROUTES {
        let lines = declared(route.method, route.path);
        let wanted = usize::from(!SAFE.contains(&route.method));
        assert!(
            (wanted..=1).contains(&lines),
            "{} {} has {lines} lines in tests/kit/twice.rs: say there what the same request gets again",
            route.method,
            route.path
        );
    }
    for (method, path, second) in SECOND {
        let known = ROUTES.iter().any(|route| (route.method, route.path) == (*method, *path));
        assert!(known, "tests/kit/twice.rs declares {method} {path}, which is no route");
        assert!(!matches!(second, Second::OnceOnly("")), "{method} {path} is sent once, and nobody says why");
    }
}
