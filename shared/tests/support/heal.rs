//! Everything is well again: how long until nothing waits, by the simulated clock.

use huike_shared::local::Connection;
use huike_shared::sync::message::HEARTBEAT_MS;
use huike_shared::sync::replica::Event;

use super::Company;

/// So long after the network is back and the machines run, no edit may wait any more.
pub const EMPTY_WITHIN_MS: i64 = 30_000;
/// So long after it everybody has everything and nothing moves.
const REST_WITHIN_MS: i64 = 120_000;
/// One step of the clock.
const TICK_MS: i64 = 50;
/// What a line carries in one step: a slow one.
const FRAMES_PER_TICK: usize = 4;

impl Company {
    fn heal(&mut self) {
        self.server.is_slow = false;
        self.server.is_full = false;
        for index in 0..self.devices.len() {
            if self.devices[index].replica.is_none() {
                self.start(index);
            }
            let device = &mut self.devices[index];
            device.reachable = true;
            device.is_mute = false;
            device.line.is_deaf = false;
            device.line.held_until = device.line.now;
            // A line that is dead is noticed when the next ping has no answer but that.
            let noticed = device.line.later(i64::from(HEARTBEAT_MS));
            let gone_at = device.line.gone_at.as_mut();
            gone_at.into_iter().for_each(|it| *it = noticed.min(*it));
        }
    }

    /// Heals everything and lets time pass until nothing moves. Nobody helps: devices try to connect when
    /// their own clocks tell them to.
    pub(super) fn settle_over_time(&mut self) {
        self.heal();
        let healed_at = self.now.millis();
        let mut is_empty = false;
        loop {
            self.pass(TICK_MS);
            while !self.server.waiting.is_empty() {
                self.finish_commit();
            }
            for index in 0..self.devices.len() {
                self.finish_write(index);
                for _ in 0..FRAMES_PER_TICK {
                    self.deliver_late(index);
                    self.network(index);
                }
                self.turn(index, usize::MAX, false);
            }
            let passed = self.now.millis() - healed_at;
            if !is_empty {
                is_empty = (0..self.devices.len()).all(|it| self.waits_for(it).is_none());
                if is_empty {
                    self.tally.emptied_ms = self.tally.emptied_ms.max(passed);
                }
            }
            assert!(
                is_empty || passed <= EMPTY_WITHIN_MS,
                "{EMPTY_WITHIN_MS} ms after the network came back something still waits: {:#?}",
                self.all_that_waits()
            );
            if is_empty && (0..self.devices.len()).all(|it| self.is_at_rest(it)) {
                return;
            }
            assert!(
                passed <= REST_WITHIN_MS,
                "the company does not come to rest: {:#?}",
                self.all_that_waits()
            );
        }
    }

    /// What has not reached the server yet.
    fn waits_for(&self, index: usize) -> Option<String> {
        let device = &self.devices[index];
        let waits = device.status.waiting > 0
            || !device.unanswered.is_empty()
            || device.writing.is_some()
            || !device.line.late.is_empty();
        waits.then(|| self.told_of(index))
    }

    fn is_at_rest(&self, index: usize) -> bool {
        let device = &self.devices[index];
        device.status.connection == Connection::Online
            && self.waits_for(index).is_none()
            && device.up.is_empty()
            && device.down.is_empty()
            && device.line.fetches.is_empty()
            && device.line.pages.is_empty()
            && device.streamed == Some(self.server.head())
            && !device
                .inbox
                .iter()
                .any(|it| matches!(it, Event::NotesReady(_)))
    }

    fn told_of(&self, index: usize) -> String {
        let device = &self.devices[index];
        let line = &device.line;
        format!(
            "device {index}: {:?}, line {} up {} down {} late {} fetches {} pages {} connected {} next try in {} ms, \
             unanswered {}",
            device.status,
            line.number,
            device.up.len(),
            device.down.len(),
            line.late.len(),
            line.fetches.len(),
            line.pages.len(),
            device.connected,
            line.try_at.millis() - line.now.millis(),
            device.unanswered.len(),
        )
    }

    fn all_that_waits(&self) -> Vec<String> {
        (0..self.devices.len()).map(|it| self.told_of(it)).collect()
    }
}
