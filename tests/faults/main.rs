//! Faults rehearsed: a server killed again and again, a database that stops, a disk that is full, clocks that jump.
//! Phones with the real engine work meanwhile, over real HTTP, against the real binary; afterwards [`agree`] looks
//! whether anything accepted is lost or doubled. Every lot comes from a seed that is printed; `MIAOPU_FAULT_SEED` draws
//! others. A binary of its own: these take the machine for themselves, some four minutes on two processors.

mod agree;
mod clocks;
mod database;
mod disk;
mod hands;
mod kills;
mod pages;
mod storage;
mod workers;
