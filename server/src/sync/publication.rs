//! What a commit added, as everybody is told of it: written once for all who speak the same.

use super::hub::ConnectionId;
use huike_shared::document::ChangeHash;
use huike_shared::sync::message::{self, Entry, PROTOCOL, ServerMessage, agreed};
use std::collections::HashSet;
use std::sync::OnceLock;

/// What anything that waits costs beside its bodies.
pub const DELIVERY_BYTES: usize = 256;
/// Bytes of bodies in one frame of changes; leaves room for the rest of the frame.
pub const CHANGES_BYTES_MAX: usize = 512 << 10;
/// Changes in one frame.
pub const CHANGES_MAX: usize = 1_000;

/// An accepted change on its way to everybody.
#[derive(Clone, Debug)]
pub struct Published {
    /// What everybody gets.
    pub entry: Entry,
    /// Its name.
    pub hash: ChangeHash,
    /// Whose push it was, if a connection's.
    pub origin: Option<ConnectionId>,
}

/// What one commit added to a workspace's log, in order.
#[derive(Debug)]
pub struct Publication {
    /// The changes; positions without gaps.
    pub entries: Vec<Published>,
    /// Whether a record was renewed with it.
    pub has_renewal: bool,
    origins: HashSet<ConnectionId>,
    /// What it weighs while it waits.
    pub bytes: usize,
    /// By protocol.
    frames: [OnceLock<Vec<axum::body::Bytes>>; PROTOCOL as usize + 1],
}

impl Publication {
    /// Puts together what was committed.
    pub fn new(entries: Vec<Published>) -> Self {
        Publication {
            has_renewal: entries.iter().any(|it| it.entry.is_renewal()),
            origins: entries.iter().filter_map(|it| it.origin).collect(),
            bytes: entries
                .iter()
                .map(|it| it.entry.body.len() + DELIVERY_BYTES)
                .sum(),
            frames: Default::default(),
            entries,
        }
    }

    /// Whether the connection pushed any of it.
    pub fn is_by(&self, connection: ConnectionId) -> bool {
        self.origins.contains(&connection)
    }

    /// All of it as frames, written once for everybody who speaks the same.
    pub fn frames(&self, protocol: u8) -> &[axum::body::Bytes] {
        let protocol = agreed(protocol);
        self.frames[usize::from(protocol)].get_or_init(|| {
            change_frames(self.entries.iter().map(|it| it.entry.clone()).collect())
                .iter()
                .map(|it| message::encode(protocol, it).into())
                .collect()
        })
    }
}

/// Splits changes into messages that fit their frames.
pub fn change_frames(entries: Vec<Entry>) -> Vec<ServerMessage> {
    let mut frames = Vec::new();
    let (mut some, mut bytes): (Vec<Entry>, usize) = (Vec::new(), 0);
    let mut close = |some: &mut Vec<Entry>| {
        if let Some(last) = some.last() {
            let to = last.position;
            frames.push(ServerMessage::Changes {
                to,
                entries: std::mem::take(some),
            });
        }
    };
    for entry in entries {
        if bytes + entry.body.len() > CHANGES_BYTES_MAX || some.len() >= CHANGES_MAX {
            close(&mut some);
            bytes = 0;
        }
        bytes += entry.body.len();
        some.push(entry);
    }
    close(&mut some);
    frames
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::id::RecordId;
    use huike_shared::record::{Kind, RecordRef};
    use huike_shared::time::Timestamp;

    #[test]
    fn changes_are_split_by_bytes() {
        let entries = (1..=5).map(|position| Entry {
            position,
            record: RecordRef {
                kind: Kind(1),
                id: RecordId([1; 16]),
            },
            of: None,
            member: RecordId([2; 16]),
            at: Timestamp::from_millis(3),
            body: vec![0; CHANGES_BYTES_MAX / 2],
        });
        let ends: Vec<u64> = change_frames(entries.collect())
            .iter()
            .map(|it| match it {
                ServerMessage::Changes { to, .. } => *to,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(ends, [2, 4, 5]);
    }
}
