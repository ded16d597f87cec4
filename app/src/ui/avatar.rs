//! Avatars: one or two letters on a soft hue, so that people are told apart at a glance.

use leptos::prelude::*;

use super::live::{For, live, part};

/// The letters that stand for a name: the last two characters of a Chinese name, else the
/// first letters of the first and the last word.
pub fn initials(name: &str) -> String {
    let name = name.trim();
    let wide: Vec<char> = name.chars().filter(|it| is_wide(*it)).collect();
    if !wide.is_empty() {
        return wide[wide.len().saturating_sub(2)..].iter().collect();
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    let first = words.first().and_then(|it| it.chars().next());
    let last = (words.len() > 1)
        .then(|| words.last().and_then(|it| it.chars().next()))
        .flatten();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// Places that many names of companies begin with; the marks of a list would all be equal.
const PLACES: [&str; 73] = [
    "北京",
    "上海",
    "天津",
    "重庆",
    "广州",
    "深圳",
    "杭州",
    "宁波",
    "温州",
    "义乌",
    "苏州",
    "无锡",
    "常州",
    "南京",
    "南通",
    "扬州",
    "合肥",
    "福州",
    "厦门",
    "泉州",
    "南昌",
    "济南",
    "青岛",
    "烟台",
    "潍坊",
    "郑州",
    "洛阳",
    "武汉",
    "宜昌",
    "长沙",
    "佛山",
    "东莞",
    "中山",
    "珠海",
    "惠州",
    "汕头",
    "南宁",
    "海口",
    "成都",
    "绵阳",
    "贵阳",
    "昆明",
    "西安",
    "兰州",
    "太原",
    "沈阳",
    "大连",
    "长春",
    "石家庄",
    "保定",
    "唐山",
    "嘉兴",
    "绍兴",
    "金华",
    "台州",
    "广东",
    "江苏",
    "浙江",
    "山东",
    "福建",
    "四川",
    "湖北",
    "湖南",
    "河南",
    "河北",
    "安徽",
    "江西",
    "陕西",
    "辽宁",
    "云南",
    "香港",
    "台湾",
    "中国",
];

/// The letters that stand for a company: the first two characters after its place, for the
/// last ones are mostly a legal form.
pub fn company_initials(name: &str) -> String {
    let whole = name.trim();
    let place = PLACES
        .into_iter()
        .find(|it| whole.starts_with(it))
        .unwrap_or_default();
    let rest = whole[place.len()..].trim_start_matches(['市', '省']);
    let name = if rest.chars().filter(|it| is_wide(*it)).count() < 2 {
        whole
    } else {
        rest
    };
    if name.chars().next().is_some_and(is_wide) {
        return name.chars().filter(|it| is_wide(*it)).take(2).collect();
    }
    initials(name)
}

fn is_wide(letter: char) -> bool {
    ('\u{2e80}'..='\u{9fff}').contains(&letter) || letter >= '\u{20000}'
}

/// A hue that stays the same for the same id.
///
/// The low bits of a UUIDv7 are random, so they spread well over the circle.
pub(super) fn hue(id: u128) -> u32 {
    let mixed = (id as u64 ^ (id >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // Twelve hues can still be told apart, three hundred and sixty cannot.
    ((mixed >> 40) as u32 % 12) * 30 + 10
}

/// One person or company.
#[component]
pub fn Avatar(
    /// The full name: the tooltip, and where the letters come from.
    #[prop(into)]
    name: Signal<String>,
    /// Where the hue comes from.
    #[prop(into)]
    id: Signal<u128>,
    /// Square with round corners, for companies.
    #[prop(optional)]
    square: bool,
    /// Twenty pixels, for rows and cards.
    #[prop(optional)]
    small: bool,
    /// Forty pixels, for the head of a page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    view! {
        <span
            class="avatar"
            class:square=square
            class:small=small
            class:large=large
            style=("--hue", move || hue(id.get()).to_string())
            title=live(move || name.get())
            aria-hidden="true"
        >
            {part(move || name.with(|it| if square { company_initials(it) } else { initials(it) }))}
        </span>
    }
    .into_any()
}

/// Several people, overlapping, with a count of those who do not fit.
#[component]
pub fn AvatarStack(
    /// Id and name of each.
    #[prop(into)]
    people: Signal<Vec<(u128, String)>>,
    /// How many are drawn.
    #[prop(default = 3)]
    shown_max: usize,
) -> impl IntoView {
    let shown = move || people.get().into_iter().take(shown_max).collect::<Vec<_>>();
    let rest = move || people.with(|it| it.len().saturating_sub(shown_max));
    let names = move || people.with(|all| all.iter().map(|it| it.1.clone()).collect::<Vec<_>>());
    view! {
        <span class="avatar-stack" role="img" aria-label=live(move || names().join(", "))>
            <For each=shown key=|it| it.0 let:person>
                <Avatar id=person.0 name=person.1 small=true/>
            </For>
            {part(move || (rest() > 0).then(|| view! { <span class="avatar small rest">"+"{rest()}</span> }))}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::{company_initials, initials};

    #[test]
    fn a_company_shows_how_it_begins() {
        assert_eq!(company_initials("鼎新食品有限公司"), "鼎新");
        assert_eq!(company_initials("北京百科家居用品有限公司"), "百科");
        assert_eq!(company_initials("广州市云仓供应链"), "云仓");
        assert_eq!(company_initials("上海"), "上海");
        assert_eq!(company_initials("Nordic Home AB"), "NA");
    }

    #[test]
    fn a_chinese_name_shows_its_last_two_characters() {
        assert_eq!(initials("欧阳志远"), "志远");
        assert_eq!(initials("李雷"), "李雷");
        assert_eq!(initials("云"), "云");
    }

    #[test]
    fn a_latin_name_shows_first_and_last_letter() {
        assert_eq!(initials("Ada king Lovelace"), "AL");
        assert_eq!(initials("plato"), "P");
        assert_eq!(initials("  "), "");
    }
}
