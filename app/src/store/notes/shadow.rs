//! What the screen knows of a note, and how typing and news meet: arithmetic only.

use huike_shared::document::ChangeHash;
use huike_shared::id::RecordId;
use huike_shared::note::Splice;

/// What the data core told of a note.
#[derive(Clone, Debug)]
pub struct Told {
    /// What positions in the text count in.
    pub heads: Vec<ChangeHash>,
    /// The text.
    pub text: Box<str>,
    /// The splice this answers, if it answers one.
    pub intent: Option<RecordId>,
}

/// The splice that was sent and not answered.
#[derive(Clone, Debug)]
pub struct UnderWay {
    /// Names it.
    pub intent: RecordId,
    /// What its positions count in.
    pub heads: Vec<ChangeHash>,
    /// As it was sent.
    pub splice: Splice,
    /// The same in the text that the data core told last.
    now: Splice,
}

/// Invariant: `shown` is `known`, with the splice under way, with what was typed since.
#[derive(Default)]
pub struct Shadow {
    /// What the editor shows.
    pub shown: String,
    known: String,
    heads: Option<Vec<ChangeHash>>,
    under_way: Option<UnderWay>,
    is_composing: bool,
    held: Vec<Told>,
}

impl Shadow {
    /// Whether the data core has everything that is shown.
    pub fn is_kept(&self) -> bool {
        self.under_way.is_none() && (self.known == self.shown || self.heads.is_none())
    }

    /// The splice that was sent and not answered.
    pub fn under_way(&self) -> Option<&UnderWay> {
        self.under_way.as_ref()
    }

    /// Begins or ends a composition; gives what was held back meanwhile.
    pub fn set_composing(&mut self, is_composing: bool) -> Vec<Told> {
        self.is_composing = is_composing;
        if is_composing {
            Vec::new()
        } else {
            std::mem::take(&mut self.held)
        }
    }

    /// The next splice to send: one at a time, and never half a composition.
    pub fn next(&mut self, fresh: impl FnOnce() -> RecordId) -> Option<&UnderWay> {
        if self.under_way.is_some() || self.is_composing {
            return None;
        }
        let heads = self.heads.clone()?;
        let splice = Splice::between(&self.known, &self.shown)?;
        let now = splice.clone();
        self.under_way = Some(UnderWay {
            intent: fresh(),
            heads,
            splice,
            now,
        });
        self.under_way.as_ref()
    }

    /// Forgets a splice that could not be stored, so that it is made anew. False if it is another.
    pub fn drop_under_way(&mut self, intent: RecordId) -> bool {
        let is_ours = self
            .under_way
            .as_ref()
            .is_some_and(|it| it.intent == intent);
        if is_ours {
            self.under_way = None;
        }
        is_ours
    }

    /// Takes the data core's text and gives what that changes in the text shown.
    pub fn take(&mut self, told: Told) -> Option<Splice> {
        if self.is_composing {
            self.held.push(told);
            return None;
        }
        let before = self.sent();
        let typed = Splice::between(&before, &self.shown);
        let is_answer =
            told.intent.is_some() && self.under_way.as_ref().map(|it| it.intent) == told.intent;
        if is_answer {
            self.under_way = None;
        } else if let Some(under_way) = &mut self.under_way
            && let Some(remote) = Splice::between(&self.known, &told.text)
        {
            under_way.now = under_way.now.after(&remote);
        }
        self.known = told.text.into();
        self.heads = Some(told.heads);
        let remote = Splice::between(&before, &self.sent())?;
        let shown = match typed {
            Some(typed) => typed.after(&remote).apply(&self.sent()),
            None => self.sent(),
        };
        let change = Splice::between(&self.shown, &shown);
        self.shown = shown;
        change
    }

    /// The data core's text once it has the splice under way.
    fn sent(&self) -> String {
        match &self.under_way {
            Some(under_way) => under_way.now.apply(&self.known),
            None => self.known.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: RecordId = RecordId([1; 16]);

    fn told(text: &str, intent: Option<RecordId>) -> Told {
        Told {
            heads: Vec::new(),
            text: text.into(),
            intent,
        }
    }

    fn opened(text: &str) -> Shadow {
        let mut shadow = Shadow::default();
        shadow.take(told(text, None));
        shadow
    }

    #[test]
    fn an_answer_changes_nothing_that_is_shown() {
        let mut shadow = opened("ab");
        shadow.shown = "abc".into();
        assert!(shadow.next(|| OURS).is_some());
        assert_eq!(shadow.take(told("abc", Some(OURS))), None);
        assert!(shadow.is_kept());
    }

    #[test]
    fn one_splice_is_under_way_at_a_time() {
        let mut shadow = opened("");
        shadow.shown = "a".into();
        assert!(shadow.next(|| OURS).is_some());
        shadow.shown = "ab".into();
        assert!(shadow.next(|| OURS).is_none());
        shadow.take(told("a", Some(OURS)));
        let next = shadow.next(|| OURS).map(|it| it.splice.clone());
        assert_eq!(
            next,
            Some(Splice {
                at: 1,
                remove: 0,
                insert: "b".into()
            })
        );
    }

    #[test]
    fn what_others_type_comes_under_what_is_typed_here() {
        let mut shadow = opened("end");
        shadow.shown = "end!".into();
        assert!(shadow.next(|| OURS).is_some());
        shadow.shown = "end!?".into();
        let change = shadow.take(told("The end", None));
        assert_eq!(
            change,
            Some(Splice {
                at: 0,
                remove: 0,
                insert: "The ".into()
            })
        );
        assert_eq!(shadow.shown, "The end!?");
        assert_eq!(shadow.take(told("The end!", Some(OURS))), None);
        assert_eq!(shadow.shown, "The end!?");
        assert!(!shadow.is_kept());
    }

    #[test]
    fn a_composition_is_left_alone() {
        let mut shadow = opened("x");
        shadow.set_composing(true);
        shadow.shown = "xni".into();
        assert_eq!(shadow.take(told("yx", None)), None);
        assert!(shadow.next(|| OURS).is_none());
        assert_eq!(shadow.shown, "xni");
        shadow.shown = "x你".into();
        for held in shadow.set_composing(false) {
            shadow.take(held);
        }
        assert_eq!(shadow.shown, "yx你");
    }
}
