//! Disks that take their time, and programs that die or are replaced meanwhile.

use huike_shared::local::Request;
use huike_shared::sync::replica::Event;
use rand::Rng;

use super::{Company, tally};

impl Company {
    /// A device works out a step, and its disk takes its time: nobody hears of it, and nothing else is
    /// handled, before the disk has it.
    pub fn begin_write(&mut self, index: usize) {
        let device = &mut self.devices[index];
        let now = device.clock(self.now);
        let Some(replica) = device.replica.as_mut() else {
            return;
        };
        if device.writing.is_none() && !device.inbox.is_empty() {
            let events: Vec<Event> = device.inbox.drain(..).collect();
            let step = replica.handle(now, &mut self.entropy, events);
            self.steps += 1;
            self.devices[index].writing = Some(step);
        }
    }

    /// The disk of a device has finished.
    pub fn finish_write(&mut self, index: usize) {
        if let Some(step) = self.devices[index].writing.take() {
            self.tally.count(tally::SLOW_DISK);
            self.devices[index].perform(step.writes, step.effects);
        }
    }

    /// The program of a device dies. Its screens die with it, or live on and repeat what they heard nothing of.
    pub fn kill_program(&mut self, index: usize, screens_too: bool) {
        let device = &mut self.devices[index];
        if device.replica.is_none() {
            return;
        }
        self.tally.count(if device.writing.is_some() {
            tally::CRASHED_WHILE_WRITING
        } else {
            tally::CRASHED_ANY_TIME
        });
        self.crash(index);
        if screens_too {
            self.devices[index].unanswered.clear();
        }
    }

    /// Another tab takes the lead while the first one still works: what that had begun to write comes too
    /// late, or just in time and nobody hears of it.
    pub fn hand_over(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if device.replica.is_none() {
            return;
        }
        self.tally.count(tally::HANDED_OVER);
        let term = device.term;
        let mut begun = device.writing.take();
        if device.line.rng.random_bool(0.5)
            && let Some(step) = begun.take()
        {
            assert!(device.disk.commit(term, step.writes), "it still leads");
        }
        self.crash(index);
        self.start(index);
        if let Some(step) = begun {
            self.tally.count(tally::OUTVOTED);
            let device = &mut self.devices[index];
            assert!(
                !device.disk.commit(term, step.writes),
                "a leader that was replaced has written"
            );
        }
    }

    /// Screens repeat what they have no answer to.
    pub(super) fn repeat_intents(&mut self, index: usize) {
        let device = &mut self.devices[index];
        for request in device.unanswered.values().cloned() {
            self.tally.count(tally::INTENT_REPEATED);
            device
                .inbox
                .push_back(Event::Request { screen: 1, request });
        }
    }

    /// A screen remembers an intent until it is answered.
    pub(super) fn remember_intent(&mut self, index: usize, request: &Request) {
        let intent = match request {
            Request::Edit(intent) => intent.id,
            Request::Splice { intent, .. } => *intent,
            _ => return,
        };
        let number = self.words;
        self.devices[index]
            .unanswered
            .insert((number, intent), request.clone());
    }
}
