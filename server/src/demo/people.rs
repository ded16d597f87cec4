//! Customers of the demo and the people at them.

use super::company::{Making, Size};
use super::names::*;
use super::texts;
use huike_shared::customers::{
    Channel, Contact, ContactRole, Customer, CustomerLevel, CustomerStatus, CustomerType, Gender,
    Source,
};
use huike_shared::id::Id;
use huike_shared::record::{Number, Record as _};
use huike_shared::text::pinyin::sounds;
use huike_shared::text::{Email, Line, Paragraphs, Phone, Url};
use std::collections::HashSet;

/// A customer as other records need to know it.
#[derive(Clone, Debug)]
pub(super) struct DemoCustomer {
    pub id: Id<Customer>,
    pub name: String,
    /// A short form for titles.
    pub brand: String,
    pub is_abroad: bool,
    /// The currency of its deals.
    pub currency: &'static str,
    /// The member responsible.
    pub owner: usize,
    /// How many days ago it was first written down.
    pub days_old: i64,
    region: String,
    phone_prefix: String,
    is_person: bool,
}

/// A contact as activities need to know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct DemoContact {
    pub id: Id<Contact>,
    /// Its customer, by place in the list.
    pub customer: usize,
}

/// Everybody outside the company.
pub(super) struct People {
    pub customers: Vec<DemoCustomer>,
    pub contacts: Vec<DemoContact>,
}

/// Makes customers and contacts.
pub(super) fn people(making: &mut Making, size: Size) -> People {
    let mut taken = HashSet::new();
    let customers: Vec<DemoCustomer> = (0..size.customers)
        .map(|index| customer(making, index, &mut taken))
        .collect();
    let firms: Vec<usize> = (0..customers.len())
        .filter(|it| !customers[*it].is_person)
        .collect();
    let mut contacts = Vec::with_capacity(size.contacts);
    for index in 0..size.contacts {
        // Everyone has one, some have several.
        let (place, is_first) = match firms.get(index) {
            Some(place) => (*place, true),
            None => (*making.seed.pick(&firms), false),
        };
        contacts.push(contact(making, &customers[place], place, is_first));
    }
    People {
        customers,
        contacts,
    }
}

fn customer(making: &mut Making, index: usize, taken: &mut HashSet<String>) -> DemoCustomer {
    let mut made = loop {
        let made = match making.seed.below(100) {
            0..15 => firm_abroad(making),
            15..25 => person(making),
            _ => firm(making),
        };
        if taken.insert(made.0.name.clone()) {
            break made;
        }
    };
    let seed = &mut making.seed;
    // Most customers are of the last year.
    let days_old = i64::try_from(seed.below(540).min(seed.below(540))).unwrap_or(0);
    let status = seed
        .weighted(&[
            (25, CustomerStatus::Potential),
            (30, CustomerStatus::InContact),
            (30, CustomerStatus::Active),
            (10, CustomerStatus::Dormant),
            (5, CustomerStatus::Lost),
        ])
        .clone();
    let level = seed
        .weighted(&[
            (10, CustomerLevel::A),
            (25, CustomerLevel::B),
            (45, CustomerLevel::C),
            (20, CustomerLevel::D),
        ])
        .clone();
    let source = seed
        .weighted(&[
            (20, Source::WebForm),
            (25, Source::Event),
            (10, Source::Social),
            (15, Source::Phone),
            (8, Source::Email),
            (2, Source::SiteMessage),
            (20, Source::Referral),
        ])
        .clone();
    let owner = if made.0.is_abroad { 4 } else { making.seller() };
    let at = making.moment(days_old);
    let owner_id = Id::from_raw(making.members[owner].id);
    let needs = making
        .seed
        .chance(35)
        .then(|| *making.seed.pick(texts::NEEDS));
    let mut record = making.record(Customer::DEF.kind, owner, at);
    let (known, industry) = (&mut made.0, made.1);
    known.id = Id::from_raw(record.record.id);
    (known.owner, known.days_old) = (owner, days_old);
    let slug = slug(&known.brand);
    record
        .put(Customer::NAME, Line::from_stored(&known.name))
        .put(
            Customer::CODE,
            Some(Line::from_stored(&format!("K{:05}", index + 1))),
        )
        .put(Customer::STATUS, Some(status))
        .put(Customer::LEVEL, Some(level))
        .put(Customer::SOURCE, Some(source))
        .put(Customer::OWNER, Some(owner_id))
        .put(Customer::REGION, Some(Line::from_stored(&known.region)));
    let number = if known.is_abroad {
        format!("{}{:02}", known.phone_prefix, making.seed.below(100))
    } else {
        format!("{}{:03}", known.phone_prefix, making.seed.below(1_000))
    };
    if let Ok(phone) = Phone::parse(&number) {
        record.put(Customer::PHONE, Some(phone));
    }
    if known.is_person {
        let gender = if making.seed.chance(50) {
            Gender::Female
        } else {
            Gender::Male
        };
        let age_days = making.seed.between(25 * 365, 58 * 365);
        let born = making.day(-age_days);
        let wechat = format!("{slug}{:02}", making.seed.below(100));
        record
            .put(Customer::CUSTOMER_TYPE, Some(CustomerType::Person))
            .put(Customer::GENDER, Some(gender))
            .put(Customer::BIRTHDAY, Some(born))
            .put(Customer::WECHAT, Some(Line::from_stored(&wechat)))
            .put(Customer::PREFERRED_CHANNEL, Some(Channel::Wechat));
    } else {
        let employees = making.seed.magnitude(8.0, 1_500.0) as i64;
        record
            .put(Customer::CUSTOMER_TYPE, Some(CustomerType::Company))
            .put(Customer::INDUSTRY, Some(Line::from_stored(industry)))
            .put(Customer::EMPLOYEES, Some(Number(employees)))
            .put(
                Customer::EMAIL,
                Email::parse(&format!("info@{slug}.example")).ok(),
            )
            .put(
                Customer::WEBSITE,
                Url::parse(&format!("www.{slug}.example")).ok(),
            );
        if !known.is_abroad {
            let street = making.seed.pick(STREETS);
            let address = format!("{street} {} 号", making.seed.between(1, 899));
            record.put(Customer::ADDRESS, Some(Line::from_stored(&address)));
        }
    }
    if let Some(needs) = needs {
        let text = if known.is_abroad { needs.1 } else { needs.0 };
        record.put(Customer::NEEDS, Some(Paragraphs::from_stored(text)));
    }
    if making.seed.chance(2) {
        let note = making.seed.pick(texts::NOTES);
        record.note = Some(("notes", if known.is_abroad { note.1 } else { note.0 }));
    }
    making.records.push(record);
    made.0
}

fn unknown() -> DemoCustomer {
    DemoCustomer {
        id: Id::from_raw(Default::default()),
        name: String::new(),
        brand: String::new(),
        is_abroad: false,
        currency: "CNY",
        owner: 0,
        days_old: 0,
        region: String::new(),
        phone_prefix: String::new(),
        is_person: false,
    }
}

fn firm(making: &mut Making) -> (DemoCustomer, &'static str) {
    let seed = &mut making.seed;
    let (city, region, code) = seed.pick(CITIES);
    let brand = format!("{}{}", seed.pick(BRAND_FIRST), seed.pick(BRAND_SECOND));
    let (end, industry) = seed.pick(TRADES);
    let known = DemoCustomer {
        name: format!("{city}{brand}{end}"),
        region: (*region).to_owned(),
        // Numbers with 5550 in the middle, so that nobody's telephone rings.
        phone_prefix: format!("{code}-5550{}", seed.below(10)),
        brand,
        ..unknown()
    };
    (known, industry)
}

fn person(making: &mut Making) -> (DemoCustomer, &'static str) {
    let seed = &mut making.seed;
    let name = format!("{}{}", seed.pick(SURNAMES), seed.pick(GIVEN));
    let (_, region, _) = seed.pick(CITIES);
    let known = DemoCustomer {
        brand: name.clone(),
        name,
        region: (*region).to_owned(),
        phone_prefix: mobile(making),
        is_person: true,
        ..unknown()
    };
    (known, "")
}

fn firm_abroad(making: &mut Making) -> (DemoCustomer, &'static str) {
    let seed = &mut making.seed;
    let (region, prefix, currency) = seed.pick(ABROAD);
    let first = seed.pick(FIRM_FIRST);
    let (second, industry) = seed.pick(FIRM_SECOND);
    // Two dozen times ten names are few: some firms are named after a family as well.
    let brand = if seed.chance(60) {
        format!("{first} {}", seed.pick(LAST_NAMES))
    } else {
        (*first).to_owned()
    };
    let known = DemoCustomer {
        name: format!("{brand} {second}"),
        brand,
        region: (*region).to_owned(),
        phone_prefix: (*prefix).to_owned(),
        is_abroad: true,
        currency,
        ..unknown()
    };
    (known, industry)
}

/// The first eight digits of a mobile number with zeros in the middle, so that nobody's rings.
fn mobile(making: &mut Making) -> String {
    let head = making.seed.pick(&[
        "130", "135", "138", "139", "150", "158", "186", "188", "199",
    ]);
    format!("{head}0000{}", making.seed.below(10))
}

fn contact(
    making: &mut Making,
    customer: &DemoCustomer,
    place: usize,
    is_first: bool,
) -> DemoContact {
    let days_old = making.seed.between(0, customer.days_old);
    let at = making.moment(days_old);
    let mut record = making.record(Contact::DEF.kind, customer.owner, at);
    let phone = if customer.is_abroad {
        format!("{}{:02}", customer.phone_prefix, making.seed.below(100))
    } else {
        format!("{}{:03}", mobile(making), making.seed.below(1_000))
    };
    let seed = &mut making.seed;
    let (name, job) = if customer.is_abroad {
        let name = format!("{} {}", seed.pick(FIRST_NAMES), seed.pick(LAST_NAMES));
        (name, *seed.pick(JOBS_ABROAD))
    } else {
        let name = format!("{}{}", seed.pick(SURNAMES), seed.pick(GIVEN));
        (name, *seed.pick(JOBS))
    };
    let role = seed
        .weighted(&[
            (25, ContactRole::DecisionMaker),
            (15, ContactRole::Influencer),
            (35, ContactRole::Buyer),
            (15, ContactRole::User),
            (10, ContactRole::Finance),
        ])
        .clone();
    let user = slug(&name);
    let wechat = format!("{user}_{:03}", seed.below(1_000));
    let has_wechat = !customer.is_abroad && seed.chance(70);
    record
        .put(Contact::NAME, Line::from_stored(&name))
        .put(Contact::CUSTOMER, Some(customer.id))
        .put(Contact::JOB_TITLE, Some(Line::from_stored(job)))
        .put(Contact::ROLE, Some(role))
        .put(Contact::IS_PRIMARY, is_first)
        .put(Contact::PHONE, Phone::parse(&phone).ok())
        .put(
            Contact::EMAIL,
            Email::parse(&format!("{user}@{}.example", slug(&customer.brand))).ok(),
        );
    if has_wechat {
        record
            .put(Contact::WECHAT, Some(Line::from_stored(&wechat)))
            .put(Contact::PREFERRED_CHANNEL, Some(Channel::Wechat));
    }
    let id = Id::from_raw(record.record.id);
    making.records.push(record);
    DemoContact {
        id,
        customer: place,
    }
}

/// Letters and digits for an address: pinyin of Chinese.
fn slug(name: &str) -> String {
    let sound = sounds(name).full;
    sound
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase()
}
