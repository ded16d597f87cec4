//! What the gate makes of stored rights: every write of every role, notes, and whoever has left.

use super::*;
use huike_server::clock::Clock;
use huike_server::sync::hub::Hub;
use huike_server::sync::ingest::{Author, Ingest};
use huike_server::sync::writer::{RecordEdit, ServerReplica};
use huike_shared::document::{Actor, DELETED, Registers, decode};
use huike_shared::note::NOTE;
use huike_shared::record::{FieldKind, KindDef, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::rights::RightsTable;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{Answer, DocumentState, PushedChange, Verdict};

on_every_store!(
    the_gate_decides_every_write_of_every_role_as_the_tables_say,
    a_note_is_its_record,
    who_has_left_writes_nothing,
);

/// Who made a record, who owns it, and who owns the customer it belongs to.
#[derive(Clone, Copy, Debug)]
struct Case {
    creator: RecordId,
    owner: Option<RecordId>,
    customer_of: Option<RecordId>,
}

const CASES: [Case; 9] = {
    const fn case(
        creator: RecordId,
        owner: Option<RecordId>,
        customer_of: Option<RecordId>,
    ) -> Case {
        Case {
            creator,
            owner,
            customer_of,
        }
    }
    [
        case(OUTSIDER, Some(ME), None),
        case(OUTSIDER, Some(MATE), None),
        case(ME, Some(OUTSIDER), None),
        case(MATE, Some(OUTSIDER), None),
        case(ME, None, None),
        case(MATE, None, None),
        case(OUTSIDER, None, None),
        case(OUTSIDER, None, Some(ME)),
        case(OUTSIDER, Some(OUTSIDER), Some(MATE)),
    ]
};

#[derive(Clone, Copy, Debug)]
enum Write {
    Edit,
    Delete,
    Assign,
}

const WRITES: [(Write, Action); 3] = [
    (Write::Edit, Action::Edit),
    (Write::Delete, Action::Delete),
    (Write::Assign, Action::Assign),
];

fn kinds() -> impl Iterator<Item = &'static KindDef> {
    RECORDS.iter().copied().filter(|it| it.kind != NOTE.kind)
}

fn has(def: &KindDef, key: &str) -> bool {
    def.fields.iter().any(|it| it.name == key)
}

/// What must come out, by the words of the rule and nothing of the code.
fn is_mine(scope: Scope, def: &KindDef, case: Case) -> bool {
    let responsible = case.owner.filter(|_| has(def, "owner"));
    let tied = case.customer_of.filter(|_| has(def, "customer"));
    let all: Vec<RecordId> = [Some(responsible.unwrap_or(case.creator)), tied]
        .into_iter()
        .flatten()
        .collect();
    match scope {
        Scope::None => false,
        Scope::Own => all.contains(&ME),
        Scope::Team => all.contains(&ME) || all.contains(&MATE),
        Scope::All => true,
    }
}

/// The text field by which a record of the kind is known.
fn line(def: &KindDef) -> &'static str {
    let mut fields = def.fields.iter();
    fields.find(|it| it.kind == FieldKind::Line).unwrap().name
}

/// A member's replica in the server.
struct Hand {
    author: Author,
    actor: Actor,
}

impl Hand {
    async fn of(ingest: &Ingest, member_id: RecordId, number: u8) -> Hand {
        let author = Author {
            member_id,
            device_id: RecordId([number; 16]),
        };
        let actor = Actor([number; 16]);
        ingest.register(WORKSPACE, author, &[actor]).await.unwrap();
        Hand { author, actor }
    }

    /// A change of a record as it stands there.
    fn change(&self, record: RecordRef, values: &[(&str, Scalar)], on: &Registers) -> PushedChange {
        let values: Vec<_> = values
            .iter()
            .map(|(key, value)| ((*key).into(), value.clone()))
            .collect();
        let body = on.author(&values, self.actor, at(0)).unwrap();
        let hash = decode(&body).unwrap().hash;
        PushedChange {
            record,
            of: None,
            hash,
            body,
        }
    }

    async fn submit(&self, ingest: &Ingest, changes: Vec<PushedChange>) -> Vec<Answer> {
        ingest.submit(WORKSPACE, self.author, changes).await
    }
}

fn accepted(answers: &[Answer]) {
    for answer in answers {
        assert!(
            matches!(answer.verdict, Verdict::Accepted { .. }),
            "{answer:?}"
        );
    }
}

async fn registers(store: &dyn Store, records: &[RecordRef]) -> Vec<(RecordRef, Registers)> {
    let stored = store.documents(WORKSPACE, records).await.unwrap();
    let read = stored.iter().map(|it| {
        let state = huike_server::projection::read_state(&it.state).unwrap();
        match state {
            DocumentState::Flat(registers) => (it.record, registers),
            other => panic!("{other:?}"),
        }
    });
    read.collect()
}

async fn the_gate_decides_every_write_of_every_role_as_the_tables_say(fresh: Fresh) {
    let fresh = fresh.opened().await;
    let store = &*fresh.store;
    company(store).await;
    let ingest = Ingest::start(fresh.store.clone(), Hub::default(), Clock::system());
    let mine = Hand::of(&ingest, ME, 70).await;
    let mates = Hand::of(&ingest, MATE, 71).await;
    let outsiders = Hand::of(&ingest, OUTSIDER, 72).await;
    let (mut cases, mut refusals, mut number) = (0, 0, 0_u32);
    let mut id = || {
        number += 1;
        let mut id = RecordId([200; 16]);
        id.0[..4].copy_from_slice(&number.to_be_bytes());
        id
    };

    let all = Role::ALL.iter().flat_map(|role| {
        [None, Some(Scope::Team), Some(Scope::Own), Some(Scope::None)].map(|it| (*role, it))
    });
    for (role, narrowed) in all {
        // While they write what is there, all of them may.
        change(store, &place(ME, Role::Manager, Some(UPPER))).await;
        let mut made = Vec::new();
        for hand in [&mine, &mates, &outsiders] {
            let mut changes = Vec::new();
            for def in kinds() {
                for case in CASES
                    .iter()
                    .filter(|it| it.creator == hand.author.member_id)
                {
                    for (write, action) in WRITES {
                        if matches!(write, Write::Assign) && !has(def, "owner") {
                            continue;
                        }
                        let mut values = vec![(line(def), Scalar::text("那时"))];
                        if let Some(owner) = case.owner.filter(|_| has(def, "owner")) {
                            values.push(("owner", owner.into()));
                        }
                        if let Some(owner) = case.customer_of.filter(|_| has(def, "customer")) {
                            let customer = RecordRef {
                                kind: RECORDS[0].kind,
                                id: id(),
                            };
                            let owned = [("name", Scalar::text("客户")), ("owner", owner.into())];
                            let empty = Registers::default();
                            changes.push(hand.change(customer, &owned, &empty));
                            values.push(("customer", customer.id.into()));
                        }
                        let record = RecordRef {
                            kind: def.kind,
                            id: id(),
                        };
                        changes.push(hand.change(record, &values, &Registers::default()));
                        made.push((record, def, *case, write, action));
                    }
                }
            }
            accepted(&hand.submit(&ingest, changes).await);
        }
        let mut table = RightsTable::of(role);
        let mut taken = Vec::new();
        for def in kinds() {
            for (_, action) in WRITES {
                let before = table.scope(def.kind, action);
                let scope = narrowed.unwrap_or(before).min(before);
                table.narrow(def.kind, action, scope).unwrap();
                taken.push(Narrowed {
                    role,
                    kind: def.kind,
                    action,
                    scope,
                });
            }
        }
        let narrow = RightsChange::Narrow {
            role,
            narrowed: taken,
        };
        change(store, &narrow).await;
        change(store, &place(ME, role, Some(UPPER))).await;

        let records: Vec<RecordRef> = made.iter().map(|it| it.0).collect();
        let before = registers(store, &records).await;
        let changes = made.iter().map(|(record, def, _, write, _)| {
            let values = match write {
                Write::Edit => vec![(line(def), Scalar::text("现在"))],
                Write::Delete => vec![(DELETED, Scalar::Bool(true))],
                Write::Assign => vec![("owner", Scalar::from(MEMBER))],
            };
            let on = before.iter().find(|it| it.0 == *record);
            mine.change(*record, &values, &on.unwrap().1)
        });
        let changes = changes.collect();
        let answers = mine.submit(&ingest, changes).await;
        let after = registers(store, &records).await;
        let head = store.log_head(WORKSPACE).await.unwrap().unwrap().position;
        let log = store.changes_after(WORKSPACE, 0, u64::MAX >> 1).await;
        assert_eq!(log.unwrap().len() as u64, head);
        for ((record, def, case, write, action), answer) in made.iter().zip(&answers) {
            let scope = |it| table.scope(def.kind, it);
            let mut expected = is_mine(scope(*action), def, *case);
            if matches!(write, Write::Assign) {
                // It is an edit as well.
                expected &= is_mine(scope(Action::Edit), def, *case);
            }
            let about = format!("{role:?} {narrowed:?} {} {case:?} {write:?}", def.name);
            let is_accepted = matches!(answer.verdict, Verdict::Accepted { .. });
            assert_eq!(is_accepted, expected, "{about}: {:?}", answer.verdict);
            let one = before.iter().find(|it| it.0 == *record);
            let other = after.iter().find(|it| it.0 == *record);
            assert_eq!(one == other, !expected, "{about}: what is stored");
            if !expected {
                let refused = Verdict::Refused(Refusal::NotPermitted);
                assert_eq!(answer.verdict, refused, "{about}");
                refusals += 1;
            }
            cases += 1;
        }
        let narrowed = Vec::new();
        change(store, &RightsChange::Narrow { role, narrowed }).await;
    }
    assert!(cases >= 4_000 && refusals >= 1_500, "{cases} {refusals}");
}

async fn a_note_is_its_record(fresh: Fresh) {
    let fresh = fresh.opened().await;
    let store = &*fresh.store;
    company(store).await;
    let ingest = Ingest::start(fresh.store.clone(), Hub::default(), Clock::system());
    let outsider = ServerReplica::start(&ingest, WORKSPACE, OUTSIDER)
        .await
        .unwrap();
    let me = ServerReplica::start(&ingest, WORKSPACE, ME).await.unwrap();
    let customer = |number: u8, owner: RecordId| RecordEdit {
        record: RecordRef {
            kind: RECORDS[0].kind,
            id: RecordId([number; 16]),
        },
        values: vec![
            ("name".into(), Scalar::text("客户")),
            ("owner".into(), owner.into()),
        ],
    };
    let (own, foreign) = (customer(150, ME), customer(151, OUTSIDER));
    accepted(
        &outsider
            .write(&[own.clone(), foreign.clone()])
            .await
            .unwrap(),
    );
    let role = Role::Salesperson;
    let narrowed = vec![Narrowed {
        role,
        kind: RECORDS[0].kind,
        action: Action::Edit,
        scope: Scope::Own,
    }];
    change(store, &RightsChange::Narrow { role, narrowed }).await;
    for (record, is_permitted) in [(own.record, true), (foreign.record, false)] {
        let head = store.log_head(WORKSPACE).await.unwrap();
        let answer = me.write_note(record, "notes", "说了很多").await.unwrap();
        let verdict = answer.unwrap().verdict;
        if is_permitted {
            assert!(matches!(verdict, Verdict::Accepted { .. }), "{verdict:?}");
        } else {
            assert_eq!(verdict, Verdict::Refused(Refusal::NotPermitted));
            assert_eq!(store.log_head(WORKSPACE).await.unwrap(), head);
        }
    }
}

async fn who_has_left_writes_nothing(fresh: Fresh) {
    let fresh = fresh.opened().await;
    let store = &*fresh.store;
    company(store).await;
    let ingest = Ingest::start(fresh.store.clone(), Hub::default(), Clock::system());
    let me = ServerReplica::start(&ingest, WORKSPACE, ME).await.unwrap();
    let edit = |name: &str| RecordEdit {
        record: RecordRef {
            kind: RECORDS[0].kind,
            id: RecordId([150; 16]),
        },
        values: vec![("name".into(), Scalar::text(name))],
    };
    accepted(&me.write(&[edit("还在")]).await.unwrap());
    store.set_member_active(ME, false).await.unwrap();
    let answers = me.write(&[edit("走了")]).await.unwrap();
    assert_eq!(answers[0].verdict, Verdict::Refused(Refusal::NotPermitted));
    assert_eq!(
        store.log_head(WORKSPACE).await.unwrap().unwrap().position,
        1
    );
}
