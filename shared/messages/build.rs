//! Turns `app/locales/<language>/*.ftl` into typed methods.
//!
//! Every language must have the same messages with the same arguments. What is missing is named
//! in the build error, so that an untranslated sentence never reaches a reader.

use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Resource,
};
use fluent_syntax::{parser, serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Folder of the language, and the name of its constant in the generated code.
const LANGUAGES: [(&str, &str); 2] = [("zh-CN", "ZH_CN"), ("en", "EN")];

/// Arguments with these names are numbers; all others are texts.
const NUMBER_ARGUMENTS: [&str; 3] = ["count", "number", "n"];

/// Files whose sentences only the server says: they are not sent to the page.
const OF_THE_SERVER: [&str; 1] = ["api.ftl"];

/// What one language says: arguments by message, and the text without comments.
#[derive(Default)]
struct Catalogue {
    messages: BTreeMap<String, BTreeSet<String>>,
    terms: BTreeSet<String>,
    /// Of the page and the server.
    text: String,
    /// Of the server alone.
    server_text: String,
}

fn main() {
    let manifest_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let locales = manifest_dir.join("../../app/locales");
    println!("cargo:rerun-if-changed={}", locales.display());

    let mut problems = Vec::new();
    let catalogues = LANGUAGES
        .map(|(language, _)| read_language(&locales.join(language), language, &mut problems));
    compare(&catalogues, &mut problems);
    if !problems.is_empty() {
        for problem in &problems {
            println!("cargo::error={problem}");
        }
        std::process::exit(1);
    }

    let out_dir = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    let [reference, _] = &catalogues;
    write(&out_dir.join("texts.rs"), &texts(&catalogues));
    write(&out_dir.join("methods.rs"), &methods(reference));
    write(&out_dir.join("every.rs"), &every_method(reference));
}

fn write(path: &Path, text: &str) {
    fs::write(path, text)
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

fn read_language(folder: &Path, language: &str, problems: &mut Vec<String>) -> Catalogue {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut catalogue = Catalogue::default();
    let mut files: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect(),
        Err(error) => {
            problems.push(format!("cannot read {}: {error}", folder.display()));
            return catalogue;
        }
    };
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ftl"));
    files.sort();
    for file in files {
        println!("cargo:rerun-if-changed={}", file.display());
        let name = format!(
            "{language}/{}",
            file.file_name().unwrap_or_default().to_string_lossy()
        );
        match fs::read_to_string(&file) {
            Ok(text) => read_file(&name, &text, &mut catalogue, problems),
            Err(error) => problems.push(format!("{name}: {error}")),
        }
    }
    catalogue
}

fn read_file(file: &str, text: &str, catalogue: &mut Catalogue, problems: &mut Vec<String>) {
    let resource = match parser::parse(text) {
        Ok(resource) => resource,
        Err((_, errors)) => {
            for error in errors {
                let line = text[..error.pos.start.min(text.len())].lines().count();
                problems.push(format!("{file}:{line}: {error}"));
            }
            return;
        }
    };
    let mut kept = Resource { body: Vec::new() };
    for entry in resource.body {
        match entry {
            Entry::Message(mut message) => {
                message.comment = None;
                read_message(file, &message, catalogue, problems);
                kept.body.push(Entry::Message(message));
            }
            Entry::Term(mut term) => {
                term.comment = None;
                catalogue.terms.insert(term.id.name.to_owned());
                kept.body.push(Entry::Term(term));
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            Entry::Junk { content } => problems.push(format!("{file}: not understood: {content}")),
        }
    }
    let of_the_server = OF_THE_SERVER.iter().any(|it| file.ends_with(it));
    let text = if of_the_server {
        &mut catalogue.server_text
    } else {
        &mut catalogue.text
    };
    text.push_str(&serializer::serialize(&kept));
}

fn read_message(
    file: &str,
    message: &Message<&str>,
    catalogue: &mut Catalogue,
    problems: &mut Vec<String>,
) {
    let key = message.id.name;
    if !key.starts_with(|first: char| first.is_ascii_lowercase())
        || !key
            .chars()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
    {
        problems.push(format!(
            "{file}: {key}: use lower-case words joined by hyphens"
        ));
    }
    if !message.attributes.is_empty() {
        problems.push(format!(
            "{file}: {key}: attributes have no method; use a message of its own"
        ));
    }
    let mut arguments = BTreeSet::new();
    match &message.value {
        Some(pattern) => {
            let place = format!("{file}: {key}");
            collect_pattern(pattern, &place, &mut arguments, problems);
        }
        None => problems.push(format!("{file}: {key} says nothing")),
    }
    if catalogue
        .messages
        .insert(key.to_owned(), arguments)
        .is_some()
    {
        problems.push(format!("{file}: {key} is defined twice"));
    }
}

fn collect_pattern(
    pattern: &Pattern<&str>,
    place: &str,
    arguments: &mut BTreeSet<String>,
    problems: &mut Vec<String>,
) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression } => {
                collect_expression(expression, place, arguments, problems);
            }
        }
    }
}

fn collect_expression(
    expression: &Expression<&str>,
    place: &str,
    arguments: &mut BTreeSet<String>,
    problems: &mut Vec<String>,
) {
    match expression {
        Expression::Inline(inline) => collect_inline(inline, place, arguments, problems),
        Expression::Select { selector, variants } => {
            collect_inline(selector, place, arguments, problems);
            for variant in variants {
                collect_pattern(&variant.value, place, arguments, problems);
            }
        }
    }
}

fn collect_inline(
    inline: &InlineExpression<&str>,
    place: &str,
    arguments: &mut BTreeSet<String>,
    problems: &mut Vec<String>,
) {
    match inline {
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        InlineExpression::VariableReference { id } => {
            arguments.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            collect_expression(expression, place, arguments, problems);
        }
        InlineExpression::TermReference {
            arguments: given, ..
        } => {
            if let Some(CallArguments { named, .. }) = given
                && !named.is_empty()
            {
                problems.push(format!("{place}: terms take no arguments here"));
            }
        }
        InlineExpression::MessageReference { id, .. } => {
            problems.push(format!(
                "{place}: refers to {}; make it a term (-{0})",
                id.name
            ));
        }
        InlineExpression::FunctionReference { id, .. } => {
            problems.push(format!("{place}: function {} is not available", id.name));
        }
    }
}

fn compare(catalogues: &[Catalogue; 2], problems: &mut Vec<String>) {
    for (mine, theirs) in [(0, 1), (1, 0)] {
        let (language, other) = (LANGUAGES[mine].0, LANGUAGES[theirs].0);
        for (key, arguments) in &catalogues[mine].messages {
            match catalogues[theirs].messages.get(key) {
                None => problems.push(format!("{key} is in {language} and missing in {other}")),
                Some(others) if others != arguments && mine == 0 => problems.push(format!(
                    "{key} has arguments {arguments:?} in {language} and {others:?} in {other}"
                )),
                Some(_) => {}
            }
        }
        for term in &catalogues[mine].terms {
            if !catalogues[theirs].terms.contains(term) {
                problems.push(format!("-{term} is in {language} and missing in {other}"));
            }
        }
    }
}

fn texts(catalogues: &[Catalogue; 2]) -> String {
    let mut code = String::new();
    for ((_, constant), catalogue) in LANGUAGES.iter().zip(catalogues) {
        let _ = writeln!(code, "const {constant}: &str = {:?};", catalogue.text);
        let _ = writeln!(
            code,
            "const {constant}_OF_THE_SERVER: &str = {:?};",
            catalogue.server_text
        );
    }
    code
}

fn method_name(key: &str) -> String {
    key.replace('-', "_")
}

fn is_number(argument: &str) -> bool {
    NUMBER_ARGUMENTS.contains(&argument)
}

fn methods(catalogue: &Catalogue) -> String {
    let mut code = String::from("impl Messages {\n");
    for (key, arguments) in &catalogue.messages {
        let name = method_name(key);
        let mut signature = String::from("&self");
        let mut values = String::new();
        for argument in arguments {
            let kind = if is_number(argument) { "i64" } else { "&str" };
            let _ = write!(signature, ", {}: {kind}", method_name(argument));
            let _ = write!(values, "({argument:?}, {}.into()), ", method_name(argument));
        }
        let _ = writeln!(code, "    /// The message `{key}`.");
        let _ = writeln!(code, "    pub fn {name}({signature}) -> String {{");
        let body = if arguments.is_empty() {
            format!("self.plain({key:?})")
        } else {
            format!("self.filled({key:?}, &mut [{values}].into_iter())")
        };
        let _ = writeln!(code, "        {body}\n    }}");
    }
    code.push_str("}\n");
    code
}

/// Used by the tests only: calls every method once.
fn every_method(catalogue: &Catalogue) -> String {
    let mut code = String::from(
        "fn every_method(messages: &Messages) -> Vec<(&'static str, bool, String)> {\n    vec![\n",
    );
    for (key, arguments) in &catalogue.messages {
        let values: Vec<String> = arguments
            .iter()
            .map(|it| {
                if is_number(it) {
                    "7".to_owned()
                } else {
                    format!("\"<{it}>\"")
                }
            })
            .collect();
        let has_arguments = !arguments.is_empty();
        let name = method_name(key);
        let _ = writeln!(
            code,
            "        ({key:?}, {has_arguments}, messages.{name}({})),",
            values.join(", ")
        );
    }
    code.push_str("    ]\n}\n");
    code
}
