//! The security log (安全日志): what a reviewer must be able to trust, as a chain of hashes.
//!
//! An entry holds ids and words of the program, never a name, an address or anything typed. So erasing a person
//! changes nothing in it. Each entry carries the SHA-256 of itself and the one before: who changes, removes, swaps or
//! inserts one must change all behind it, up to a head that was copied elsewhere.

use super::StoreResult;
use super::erasures::Erasure;
use super::people::{Digest, Invitation, Member};
use super::rights::RightsChange;
use crate::entropy::{hex, unhex};
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::time::Timestamp;
use sha2::{Digest as _, Sha256};

/// Begins what is hashed, so that no other hash of ours can be taken for one of the chain.
const DOMAIN: &[u8] = b"huike journal 1\n";

/// The hash before the first entry.
pub const GENESIS: Digest = [0; 32];

/// Longest detail, in bytes; all of them are words of the program.
pub const DETAIL_BYTES_MAX: usize = 200;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum What {
    DepartmentRemoved,
    DepartmentSet,
    Erased,
    Exported,
    InvitationMade,
    InvitationRevoked,
    Joined,
    MemberPlaced,
    PasswordChanged,
    PasswordReset,
    RecoveryCodeUsed,
    Refused,
    ResetLinkMade,
    RoleNarrowed,
    SecondFactorOff,
    SecondFactorOn,
    SessionEnded,
    SignInFailed,
    SignedIn,
    SignedOut,
    TokenMade,
    TokenRevoked,
    Trimmed,
    WorkspaceOpened,
}

impl What {
    /// All of them, as a list to choose from has them.
    pub const ALL: &'static [What] = &[
        What::SignedIn,
        What::SignInFailed,
        What::SignedOut,
        What::SessionEnded,
        What::PasswordChanged,
        What::PasswordReset,
        What::ResetLinkMade,
        What::SecondFactorOn,
        What::SecondFactorOff,
        What::RecoveryCodeUsed,
        What::WorkspaceOpened,
        What::InvitationMade,
        What::InvitationRevoked,
        What::Joined,
        What::MemberPlaced,
        What::RoleNarrowed,
        What::DepartmentSet,
        What::DepartmentRemoved,
        What::TokenMade,
        What::TokenRevoked,
        What::Exported,
        What::Erased,
        What::Refused,
        What::Trimmed,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            What::DepartmentRemoved => "department-removed",
            What::DepartmentSet => "department-set",
            What::Erased => "erased",
            What::Exported => "exported",
            What::InvitationMade => "invitation-made",
            What::InvitationRevoked => "invitation-revoked",
            What::Joined => "joined",
            What::MemberPlaced => "member-placed",
            What::PasswordChanged => "password-changed",
            What::PasswordReset => "password-reset",
            What::RecoveryCodeUsed => "recovery-code-used",
            What::Refused => "refused",
            What::ResetLinkMade => "reset-link-made",
            What::RoleNarrowed => "role-narrowed",
            What::SecondFactorOff => "second-factor-off",
            What::SecondFactorOn => "second-factor-on",
            What::SessionEnded => "session-ended",
            What::SignInFailed => "sign-in-failed",
            What::SignedIn => "signed-in",
            What::SignedOut => "signed-out",
            What::TokenMade => "token-made",
            What::TokenRevoked => "token-revoked",
            What::Trimmed => "trimmed",
            What::WorkspaceOpened => "workspace-opened",
        }
    }
}

/// Something to note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// When.
    pub at: Timestamp,
    /// Where, if it belongs to one workspace.
    pub workspace_id: Option<RecordId>,
    /// What.
    pub what: What,
    /// The member who did it; nobody for the console and for strangers.
    pub member_id: Option<RecordId>,
    /// The member, invitation or token it is about.
    pub about: Option<RecordId>,
    /// The record it is about.
    pub record: Option<RecordRef>,
    /// A word of the program that says more.
    pub detail: String,
}

impl NewEntry {
    /// Something that belongs to no workspace, done by the console or by nobody known.
    pub fn new(what: What, at: Timestamp) -> Self {
        NewEntry {
            at,
            workspace_id: None,
            what,
            member_id: None,
            about: None,
            record: None,
            detail: String::new(),
        }
    }

    /// Something that a member did.
    pub fn by(member: &Member, what: What, at: Timestamp) -> Self {
        NewEntry {
            workspace_id: Some(member.workspace_id),
            member_id: Some(member.id),
            ..NewEntry::new(what, at)
        }
    }

    /// Something that happened to a member without their doing.
    pub fn to(member: Option<&Member>, what: What, at: Timestamp) -> Self {
        NewEntry {
            workspace_id: member.map(|it| it.workspace_id),
            about: member.map(|it| it.id),
            ..NewEntry::new(what, at)
        }
    }

    /// An invitation that was made.
    pub fn of_invitation(invitation: &Invitation) -> Self {
        NewEntry {
            workspace_id: Some(invitation.workspace_id),
            member_id: Some(invitation.invited_by),
            about: Some(invitation.id),
            detail: invitation.role.word().to_owned(),
            ..NewEntry::new(What::InvitationMade, invitation.created_at)
        }
    }

    /// A member who came in by an invitation.
    pub fn of_joining(member: &Member, invitation: RecordId, at: Timestamp) -> Self {
        NewEntry {
            about: Some(invitation),
            detail: member.role.word().to_owned(),
            ..NewEntry::by(member, What::Joined, at)
        }
    }

    /// A change of rights that a member made.
    pub fn of_rights(by: &Member, change: &RightsChange, at: Timestamp) -> Self {
        match change {
            RightsChange::Place {
                member_id, role, ..
            } => NewEntry::by(by, What::MemberPlaced, at)
                .about(*member_id)
                .with_detail(role.word()),
            RightsChange::Put { department, .. } => {
                NewEntry::by(by, What::DepartmentSet, at).about(department.id)
            }
            RightsChange::Remove { department_id } => {
                NewEntry::by(by, What::DepartmentRemoved, at).about(*department_id)
            }
            RightsChange::Narrow { role, .. } => {
                NewEntry::by(by, What::RoleNarrowed, at).with_detail(role.word())
            }
        }
    }

    /// The records that were erased, each an entry of its own.
    pub fn of_erasure(erasure: &Erasure) -> impl Iterator<Item = NewEntry> + '_ {
        // The console has no member.
        let by = (erasure.member_id != RecordId::default()).then_some(erasure.member_id);
        erasure.records.iter().map(move |record| NewEntry {
            workspace_id: Some(erasure.workspace_id),
            member_id: by,
            record: Some(*record),
            ..NewEntry::new(What::Erased, erasure.at)
        })
    }

    /// The same about somebody or something.
    pub fn about(mut self, id: RecordId) -> Self {
        self.about = Some(id);
        self
    }

    /// The same with a word that says more.
    pub fn with_detail(mut self, detail: &str) -> Self {
        let mut end = detail.len().min(DETAIL_BYTES_MAX);
        while !detail.is_char_boundary(end) {
            end -= 1;
        }
        self.detail = detail[..end].to_owned();
        self
    }

    /// The entry at its place behind another one.
    pub fn after(self, head: Mark) -> Entry {
        let mut entry = Entry {
            number: head.number + 1,
            at: self.at,
            workspace_id: self.workspace_id,
            what: self.what.word().to_owned(),
            member_id: self.member_id,
            about: self.about,
            record: self.record,
            detail: self.detail,
            hash: GENESIS,
        };
        entry.hash = entry.proper_hash(&head.hash);
        entry
    }
}

/// An entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place; the first is 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub workspace_id: Option<RecordId>,
    /// The word of what happened; a newer version may have more of them.
    pub what: String,
    /// Who did it.
    pub member_id: Option<RecordId>,
    /// Whom or what it is about.
    pub about: Option<RecordId>,
    /// The record it is about.
    pub record: Option<RecordRef>,
    /// A word that says more.
    pub detail: String,
    /// The hash of this entry and all before it.
    pub hash: Digest,
}

impl Entry {
    /// What its hash must be behind an entry with this hash.
    pub fn proper_hash(&self, before: &Digest) -> Digest {
        let mut hasher = Sha256::new();
        hasher.update(DOMAIN);
        hasher.update(before);
        hasher.update(self.number.to_be_bytes());
        hasher.update(self.at.millis().to_be_bytes());
        // Every part says whether it is there and how long it is, so that no two entries read alike.
        for id in [self.workspace_id, self.member_id, self.about] {
            put_id(&mut hasher, id);
        }
        put_id(&mut hasher, self.record.map(|it| it.id));
        hasher.update([self.record.map_or(0, |it| it.kind.0)]);
        for text in [&self.what, &self.detail] {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text);
        }
        hasher.finalize().into()
    }

    /// Its place and hash.
    pub fn mark(&self) -> Mark {
        Mark {
            number: self.number,
            hash: self.hash,
        }
    }
}

fn put_id(hasher: &mut Sha256, id: Option<RecordId>) {
    match id {
        Some(id) => {
            hasher.update([1]);
            hasher.update(id.0);
        }
        None => hasher.update([0]),
    }
}

/// A place in the chain with its hash; written as `number:hash`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The place.
    pub number: u64,
    /// The hash of all entries up to it.
    pub hash: Digest,
}

impl Mark {
    /// The place before the first entry.
    pub const GENESIS: Mark = Mark {
        number: 0,
        hash: GENESIS,
    };

    /// Reads the written form.
    pub fn parse(text: &str) -> Option<Mark> {
        let (number, hash) = text.trim().split_once(':')?;
        Some(Mark {
            number: number.parse().ok()?,
            hash: unhex(hash)?,
        })
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.number, hex(&self.hash))
    }
}

/// From where to where the chain is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The place before the first entry that is kept.
    pub start: Mark,
    /// The last entry.
    pub head: Mark,
}

/// Which entries of a workspace are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Done by this member, or about this member, invitation or token.
    pub person: Option<RecordId>,
    /// About this record.
    pub record: Option<RecordId>,
    /// The word of what happened.
    pub what: Option<String>,
    /// Not before this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Before this place.
    pub before: Option<u64>,
}

/// The security log. Entries about something that is written go into the same transaction there.
#[async_trait]
pub trait Journal {
    /// Notes something that is not written elsewhere.
    async fn note(&self, entry: NewEntry) -> StoreResult<()>;
    /// From where to where the chain is kept.
    async fn journal_chain(&self) -> StoreResult<Chain>;
    /// Entries behind a place, in their order.
    async fn journal_after(&self, number: u64, max: u32) -> StoreResult<Vec<Entry>>;
    /// Entries of a workspace, newest first.
    async fn journal_of(
        &self,
        workspace_id: RecordId,
        filter: &Filter,
        max: u32,
    ) -> StoreResult<Vec<Entry>>;
    /// Drops the entries before the first that is not older than a time, and signs the new start off with an entry
    /// of its own. Answers how many.
    async fn trim_journal(&self, older_than: Timestamp, now: Timestamp) -> StoreResult<u64>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_and_nothing_else_does() {
        let entry = NewEntry::new(What::Refused, Timestamp::from_millis(5)).after(Mark::GENESIS);
        let mark = entry.mark();
        assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
        let short = &mark.to_string()[..40];
        for wrong in ["", "1", "1:", ":", "x:00", short, &format!("{mark}0")] {
            assert_eq!(Mark::parse(wrong), None, "{wrong}");
        }
        let not_hex = format!("1:{}", "é".repeat(32));
        assert_eq!(Mark::parse(&not_hex), None);
    }

    #[test]
    fn every_part_of_an_entry_is_hashed() {
        let at = Timestamp::from_millis(5);
        let id = RecordId([7; 16]);
        let plain = NewEntry::new(What::Refused, at).after(Mark::GENESIS);
        let record = RecordRef {
            kind: huike_shared::record::Kind(1),
            id,
        };
        let others = [
            Entry {
                number: 2,
                ..plain.clone()
            },
            Entry {
                at: Timestamp::from_millis(6),
                ..plain.clone()
            },
            Entry {
                workspace_id: Some(id),
                ..plain.clone()
            },
            Entry {
                what: "erased".into(),
                ..plain.clone()
            },
            Entry {
                member_id: Some(id),
                ..plain.clone()
            },
            Entry {
                about: Some(id),
                ..plain.clone()
            },
            Entry {
                record: Some(record),
                ..plain.clone()
            },
            Entry {
                detail: "x".into(),
                ..plain.clone()
            },
            // The words together are the same.
            Entry {
                what: "refus".into(),
                detail: "ed".into(),
                ..plain.clone()
            },
        ];
        for (index, one) in others.iter().enumerate() {
            assert_ne!(one.proper_hash(&GENESIS), plain.hash, "{index}");
            for other in &others[..index] {
                assert_ne!(one.proper_hash(&GENESIS), other.proper_hash(&GENESIS));
            }
        }
        assert_ne!(plain.proper_hash(&[1; 32]), plain.hash);
        assert_eq!(plain.proper_hash(&GENESIS), plain.hash);
    }
}
