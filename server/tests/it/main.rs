//! The server from outside: a real process's worth of it on a free port, its own data folder each.

mod api;
mod app;
mod audit;
mod backup;
mod config;
mod demo;
mod erasure;
mod headers;
mod import;
mod import_crash;
mod import_http;
mod invitations;
mod journal;
mod killable;
mod labels;
mod pages;
mod postgres;
mod process;
mod relocation;
mod second_factor;
mod servers;
mod servers_killed;
mod sessions;
mod sign_in;
mod store;
mod sync;
