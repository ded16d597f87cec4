//! The server shell: SQL, sockets, sign-in, files, time.
//!
//! Owns everything `shared` may not know. Decisions about records are made by pure functions of
//! `shared`; this crate carries facts to them and their answers to the disk and the network.
//! Invariants: SQL only below [`store`]; words only from `huike-messages`; nothing personal in a log.

pub mod api;
pub mod app;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod consistency;
pub mod data_folder;
pub mod database;
pub mod demo;
pub mod entropy;
pub mod erasure;
pub mod error;
pub mod export;
pub mod failpoint;
pub mod history;
pub mod http;
pub mod import;
pub mod journal;
pub mod logging;
pub mod pages;
pub mod projection;
pub mod relocation;
pub mod router;
pub mod serve;
pub mod store;
pub mod sync;
