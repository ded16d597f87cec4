//! A server played by hand: what a device says is taken, what it hears is put into its mouth.

use huike_shared::local::Request;
use huike_shared::sync::message::{self, ClientMessage, ServerMessage, StatesPage, Welcome};
use huike_shared::sync::replica::Event;

use super::Company;

impl Company {
    /// Opens the connection of a device and gives what it says.
    pub fn connect(&mut self, index: usize) -> Vec<ClientMessage> {
        let device = &mut self.devices[index];
        device.connected = true;
        device.wants_connection = false;
        device.inbox.push_back(Event::Connected);
        self.turn(index, usize::MAX, false);
        self.said(index)
    }

    /// A device hears this; gives what it says then.
    pub fn hear(&mut self, index: usize, message: ServerMessage) -> Vec<ClientMessage> {
        self.devices[index]
            .inbox
            .push_back(Event::Received(message));
        self.turn(index, usize::MAX, false);
        self.said(index)
    }

    /// A page of states comes to a device.
    pub fn fetched(&mut self, index: usize, page: StatesPage) {
        self.devices[index]
            .inbox
            .push_back(Event::Fetched(Ok(page)));
        self.turn(index, usize::MAX, false);
    }

    /// A device hears this, keeps it, and dies before it does anything about it.
    pub fn hear_and_die(&mut self, index: usize, message: ServerMessage) {
        self.devices[index]
            .inbox
            .push_back(Event::Received(message));
        self.turn(index, usize::MAX, true);
    }

    /// What a device has said since it was last asked.
    pub fn said(&mut self, index: usize) -> Vec<ClientMessage> {
        let frames = self.devices[index].up.drain(..);
        let messages = frames.map(|it| message::decode(&it).map(named));
        messages
            .collect::<Result<_, _>>()
            .expect("a replica writes good frames")
    }

    /// The greeting of the server for a device.
    pub fn welcome(&self, index: usize) -> Welcome {
        Welcome {
            protocol: message::agreed(self.devices[index].protocol),
            log: self.server.log_id,
            head: self.server.head(),
            fetch: false,
            now: self.server.now,
            member: self.devices[index].member,
            members: self.server.members.clone(),
        }
    }

    /// A device handles what waits in it: that its time to wake has come, or that what opens notes is here.
    pub fn wake(&mut self, index: usize) -> Vec<ClientMessage> {
        self.request(index, Request::ListWaiting);
        self.turn(index, usize::MAX, false);
        self.said(index)
    }
}

/// A push in the one form, whatever its form on the wire.
fn named(message: ClientMessage) -> ClientMessage {
    match message {
        ClientMessage::PushBodies { changes } => ClientMessage::Push {
            changes: changes.into_iter().map(Into::into).collect(),
        },
        other => other,
    }
}
