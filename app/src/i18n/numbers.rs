//! Numbers and money: exact on pages, short on cards.

use std::cell::RefCell;
use std::collections::HashMap;

use huike_messages::Language;
use js_sys::{Array, Function, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::I18n;

thread_local! {
    static FORMATTERS: RefCell<HashMap<String, Function>> = RefCell::default();
}

impl I18n {
    /// A number with separators: 12,345.6.
    pub fn number(self, value: f64) -> String {
        let language = self.language.get();
        apply(&formatter(language, "number", &[]), value)
    }

    /// A count.
    pub fn count(self, value: usize) -> String {
        self.number(value as f64)
    }

    /// A share from 0 to 100: 65%.
    pub fn percent(self, value: f64) -> String {
        let options = [
            ("style", "percent".into()),
            ("maximumFractionDigits", 0.into()),
        ];
        apply(
            &formatter(self.language.get(), "percent", &options),
            value / 100.0,
        )
    }

    /// Money to the last digit, without empty decimals: ¥12,345, ¥12,345.60.
    ///
    /// `exponent` is the number of digits behind the point of this currency.
    pub fn money(self, minor: i64, currency: &str, exponent: u32) -> String {
        let scale = 10_i64.pow(exponent.min(4));
        let digits = if minor % scale == 0 { 0 } else { exponent };
        let options = [
            ("style", "currency".into()),
            ("currency", currency.into()),
            ("currencyDisplay", "narrowSymbol".into()),
            ("minimumFractionDigits", digits.into()),
            ("maximumFractionDigits", digits.into()),
        ];
        let key = format!("money {currency} {digits}");
        apply(
            &formatter(self.language.get(), &key, &options),
            minor as f64 / scale as f64,
        )
    }

    /// Money at a glance: ¥1.2万, ¥1.23亿; ¥12.3K, ¥1.23M in English.
    pub fn money_short(self, minor: i64, currency: &str, exponent: u32) -> String {
        let amount = minor as f64 / 10_f64.powi(exponent as i32);
        let language = self.language.get();
        let Some(short) = shorten(amount, language) else {
            // Small amounts are short enough, and nobody counts cents on a card.
            let whole = (amount.round() as i64) * 10_i64.pow(exponent.min(4));
            return self.money(whole, currency, exponent);
        };
        let (value, digits, unit) = short;
        let options = [
            ("style", "currency".into()),
            ("currency", currency.into()),
            ("currencyDisplay", "narrowSymbol".into()),
            ("minimumFractionDigits", 0.into()),
            ("maximumFractionDigits", digits.into()),
        ];
        let key = format!("short {currency} {digits}");
        apply(&formatter(language, &key, &options), value) + unit
    }
}

/// The number in front of the unit, its decimals, and the unit; nothing for small amounts.
fn shorten(amount: f64, language: Language) -> Option<(f64, u32, &'static str)> {
    let steps: &[(f64, &str)] = match language {
        Language::ZhCn => &[(1e8, "亿"), (1e4, "万")],
        Language::En => &[(1e9, "B"), (1e6, "M"), (1e4, "K")],
    };
    // Rounding must not lead to 10000万: the next unit starts a little early.
    let (at, unit) = steps.iter().find(|(at, _)| amount.abs() >= at * 0.999_95)?;
    let scale = if *unit == "K" { 1e3 } else { *at };
    let value = amount / scale;
    let digits = match (value.abs(), *unit) {
        (it, "亿" | "M" | "B") if it < 100.0 => 2,
        (it, _) if it < 1000.0 => 1,
        _ => 0,
    };
    Some((value, digits, unit))
}

/// The formatter of a language for these options, made once.
fn formatter(language: Language, name: &str, options: &[(&str, JsValue)]) -> Function {
    let key = format!("{} {name}", language.tag());
    if let Some(known) = FORMATTERS.with_borrow(|it| it.get(&key).cloned()) {
        return known;
    }
    let bag = Object::new();
    for (name, value) in options {
        let _ = Reflect::set(&bag, &(*name).into(), value);
    }
    let made = Intl::NumberFormat::new(&Array::of1(&language.tag().into()), &bag).format();
    FORMATTERS.with_borrow_mut(|it| it.insert(key, made.clone()));
    made
}

fn apply(formatter: &Function, value: f64) -> String {
    formatter
        .call1(&JsValue::UNDEFINED, &value.into())
        .ok()
        .and_then(|it| it.as_string())
        .unwrap_or_else(|| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amount: f64, language: Language, expected: Option<(f64, u32, &str)>) {
        assert_eq!(shorten(amount, language), expected);
    }

    #[test]
    fn chinese_counts_by_ten_thousands() {
        check(9_800.0, Language::ZhCn, None);
        check(12_000.0, Language::ZhCn, Some((1.2, 1, "万")));
        check(3_456_000.0, Language::ZhCn, Some((345.6, 1, "万")));
        check(123_000_000.0, Language::ZhCn, Some((1.23, 2, "亿")));
        check(99_999_999.0, Language::ZhCn, Some((0.999_999_99, 2, "亿")));
    }

    #[test]
    fn english_counts_by_thousands() {
        check(9_800.0, Language::En, None);
        check(12_300.0, Language::En, Some((12.3, 1, "K")));
        check(-1_230_000.0, Language::En, Some((-1.23, 2, "M")));
    }
}
