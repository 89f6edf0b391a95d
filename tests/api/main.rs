//! The API from outside: phones over real HTTP, each test on both databases. One module for each page of routes,
//! named like the server's folder. Status, code and effect are looked at, never the server's inside.

mod access;
mod accounts;
mod backup;
mod bodies;
mod commands;
mod crowd;
mod demo;
mod engine;
mod examples;
mod front;
mod grants;
mod groups;
mod guide;
mod hostile;
mod items;
mod kills;
mod media;
mod metrics;
mod operating;
mod ops;
mod people;
mod pictures;
mod proxy;
mod push;
mod rates;
mod review;
mod roster;
mod samples;
mod sessions;
mod sync;
mod tls;
mod twice;
mod uploads;
mod verify;
mod words;
