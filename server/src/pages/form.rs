//! Fields of a form, with the sentence of a refusal beside what it is about.

use crate::error::{Failure, Refused};
use axum::http::StatusCode;
use axum::response::Response;
use huike_messages::Messages;
use leptos::prelude::*;

/// Why a form is shown again.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    refused: Option<Refused>,
}

impl Problem {
    /// Shows a form for the first time.
    pub fn none() -> Self {
        Problem::default()
    }

    /// A refusal is told in the form; anything else is not for it.
    pub fn of(failure: Failure) -> Result<Self, Failure> {
        match failure {
            Failure::Refused(refused) => Ok(Problem {
                refused: Some(refused),
            }),
            other @ (Failure::Api(_) | Failure::Store(_) | Failure::Broken(_)) => Err(other),
        }
    }

    /// Gives a page the status of the refusal.
    pub fn on(&self, mut page: Response) -> Response {
        if let Some(refused) = &self.refused {
            *page.status_mut() = refused.status();
            if let Refused::Throttled { seconds } = refused {
                page.headers_mut()
                    .insert(axum::http::header::RETRY_AFTER, (*seconds).into());
            }
        }
        page
    }

    /// Which field it is about.
    fn field(&self) -> Option<&'static str> {
        match self.refused.as_ref()? {
            Refused::WrongSetUpCode | Refused::WrongCode => Some("code"),
            Refused::LoginMalformed | Refused::LoginTaken => Some("login"),
            Refused::NameMissing | Refused::NameTooLong => Some("name"),
            Refused::WrongPassword => Some("current"),
            Refused::PasswordTooShort
            | Refused::PasswordTooLong
            | Refused::PasswordTooCommon
            | Refused::PasswordLikeLogin => Some("password"),
            _ => None,
        }
    }

    /// The sentence above the form, if it is about no single field.
    pub fn summary(&self, m: &Messages) -> impl IntoView + use<> {
        let sentence = self.refused.as_ref().filter(|_| self.field().is_none());
        let sentence = sentence.map(|it| it.sentence(m));
        sentence.map(|it| {
            view! {
                <div class="notice tone-bad" role="alert">
                    <p class="notice-words">{it}</p>
                </div>
            }
        })
    }

    /// One field with its label, hint and problem.
    pub fn input(&self, m: &Messages, field: Field) -> impl IntoView + use<> {
        let Field {
            name,
            kind,
            label,
            value,
            hint,
            autocomplete,
        } = field;
        let sentence = self.refused.as_ref().filter(|_| self.field() == Some(name));
        let sentence = sentence.map(|it| it.sentence(m));
        let is_invalid = sentence.is_some();
        let describes = [
            (hint.is_some() && !is_invalid).then(|| format!("{name}-hint")),
            is_invalid.then(|| format!("{name}-problem")),
        ];
        let describes = describes
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let describes = (!describes.is_empty()).then_some(describes);
        let inputmode = (kind == "email").then_some("email");
        // A phone number is a sign-in name as well, so the browser must not insist on an address.
        let kind = if kind == "email" { "text" } else { kind };
        let hint = hint.filter(|_| !is_invalid);
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input class="input" id=name name=name type=kind value=value
                    autocomplete=autocomplete inputmode=inputmode required spellcheck="false"
                    autocapitalize="off" aria-invalid=is_invalid.then_some("true")
                    aria-describedby=describes/>
                {hint.map(|it| {
                    view! { <p class="field-words" id=format!("{name}-hint")>{it}</p> }
                })}
                {sentence.map(|it| view! {
                    <p class="field-words" id=format!("{name}-problem") role="alert">
                        <span class="field-error">{it}</span>
                    </p>
                })}
            </div>
        }
    }
}

/// One field of a form.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// Name and id.
    pub name: &'static str,
    /// `text`, `email` or `password`.
    pub kind: &'static str,
    /// What it asks for.
    pub label: String,
    /// What stands in it.
    pub value: String,
    /// What helps to fill it.
    pub hint: Option<String>,
    /// What the browser may fill in.
    pub autocomplete: &'static str,
}

impl Field {
    /// A line of text.
    pub fn text(name: &'static str, label: String, value: &str) -> Self {
        Field {
            name,
            kind: "text",
            label,
            value: value.to_owned(),
            hint: None,
            autocomplete: "off",
        }
    }

    /// The sign-in name.
    pub fn login(m: &Messages, value: &str) -> Self {
        Field {
            name: "login",
            kind: "email",
            label: m.sign_in_login(),
            value: value.to_owned(),
            hint: None,
            autocomplete: "username",
        }
    }

    /// A password; never filled in by us.
    pub fn password(name: &'static str, label: String, autocomplete: &'static str) -> Self {
        Field {
            name,
            kind: "password",
            label,
            autocomplete,
            ..Field::default()
        }
    }

    /// The same field with a hint.
    pub fn with_hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The same field for the browser to fill.
    pub fn filled_as(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }
}

/// The status of a page that shows a closed link.
pub const GONE: StatusCode = StatusCode::GONE;
