//! `#[derive(Record)]`: the one description of a kind of record.
//!
//! ```text
//! #[derive(Record)]
//! #[record(kind = "customer", number = 1)]            // a record
//! #[record(kind = "pipeline", number = 4, family(stages = Stage))]   // with a list inside
//! #[record(part)]                                      // the type of such a list's parts
//! struct Customer { #[field(search)] name: Line, phone: Option<Phone> }
//! ```
//!
//! Writes `Customer::PHONE` (a typed `Field`), `Record::DEF` (the table that everything generic
//! reads) and `Record::from_row`; for a part `Part::FIELDS` and `Part::from_values`.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{
    Data, DeriveInput, Error, Fields, Ident, LitInt, LitStr, Result, Type, parse_macro_input,
};

/// See the crate.
#[proc_macro_derive(Record, attributes(record, field))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

#[derive(Default)]
struct Options {
    kind: Option<LitStr>,
    number: Option<LitInt>,
    families: Vec<(Ident, Type)>,
    is_part: bool,
}

struct OneField {
    name: Ident,
    ty: Type,
    search: bool,
}

fn expand(input: &DeriveInput) -> Result<Tokens> {
    let options = options(input)?;
    let fields = fields(input)?;
    let tables = fields.iter().map(|it| {
        let (name, ty, search) = (it.name.to_string(), &it.ty, it.search);
        quote! {
            crate::record::FieldDef {
                name: #name,
                kind: <#ty as crate::record::FieldType>::KIND,
                required: <#ty as crate::record::FieldType>::REQUIRED,
                search: #search,
            }
        }
    });
    let table = quote! { &[#(#tables),*] };
    let typed = typed_fields(input, &fields);
    let home = if options.is_part {
        part(input, &fields, &table)
    } else {
        record(input, &options, &fields, &table)?
    };
    Ok(quote! { #typed #home })
}

fn typed_fields(input: &DeriveInput, fields: &[OneField]) -> Tokens {
    let owner = &input.ident;
    let consts = fields.iter().enumerate().map(|(index, it)| {
        let (name, ty) = (it.name.to_string(), &it.ty);
        let upper = format_ident!("{}", name.to_uppercase());
        let doc = format!("The field `{name}`.");
        quote! {
            #[doc = #doc]
            pub const #upper: crate::record::Field<#owner, #ty> = crate::record::Field {
                name: #name,
                index: #index,
                of: ::std::marker::PhantomData,
            };
        }
    });
    quote! { impl #owner { #(#consts)* } }
}

fn part(input: &DeriveInput, fields: &[OneField], table: &Tokens) -> Tokens {
    let owner = &input.ident;
    let reads = fields.iter().enumerate().map(|(index, it)| {
        let (name, ty) = (&it.name, &it.ty);
        quote! {
            #name: <#ty as crate::record::FieldType>::read(
                values.get(#index).unwrap_or(&crate::scalar::Scalar::Null),
            )
        }
    });
    quote! {
        impl crate::record::Part for #owner {
            const FIELDS: &'static [crate::record::FieldDef] = #table;

            fn from_values(values: &[crate::scalar::Scalar]) -> Self {
                Self { #(#reads),* }
            }
        }
    }
}

fn record(
    input: &DeriveInput,
    options: &Options,
    fields: &[OneField],
    table: &Tokens,
) -> Result<Tokens> {
    let owner = &input.ident;
    let (Some(kind), Some(number)) = (&options.kind, &options.number) else {
        return Err(Error::new(
            owner.span(),
            "#[record(kind = \"…\", number = …)] is missing",
        ));
    };
    let families = options.families.iter().map(|(name, ty)| {
        let name = name.to_string();
        quote! {
            crate::record::FamilyDef {
                name: #name,
                fields: <#ty as crate::record::Part>::FIELDS,
            }
        }
    });
    let reads = fields.iter().enumerate().map(|(index, it)| {
        let (name, ty) = (&it.name, &it.ty);
        quote! { #name: <#ty as crate::record::FieldType>::read(row.value(#index)) }
    });
    Ok(quote! {
        impl crate::record::Record for #owner {
            const DEF: &'static crate::record::KindDef = &crate::record::KindDef {
                kind: crate::record::Kind(#number),
                name: #kind,
                fields: #table,
                families: &[#(#families),*],
            };

            fn from_row(row: &crate::row::Row) -> Self {
                Self { #(#reads),* }
            }
        }
    })
}

fn options(input: &DeriveInput) -> Result<Options> {
    let mut options = Options::default();
    for attribute in input.attrs.iter().filter(|it| it.path().is_ident("record")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("kind") {
                options.kind = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("number") {
                options.number = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("part") {
                options.is_part = true;
            } else if meta.path.is_ident("family") {
                meta.parse_nested_meta(|family| {
                    let name = family.path.require_ident()?.clone();
                    options.families.push((name, family.value()?.parse()?));
                    Ok(())
                })?;
            } else {
                return Err(meta.error("expected kind, number, part or family"));
            }
            Ok(())
        })?;
    }
    Ok(options)
}

fn fields(input: &DeriveInput) -> Result<Vec<OneField>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "a record is a struct"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new(data.fields.span(), "a record has named fields"));
    };
    let mut out = Vec::new();
    for field in &named.named {
        let Some(name) = field.ident.clone() else {
            continue;
        };
        let mut search = false;
        for attribute in field.attrs.iter().filter(|it| it.path().is_ident("field")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("search") {
                    search = true;
                    return Ok(());
                }
                Err(meta.error("expected search"))
            })?;
        }
        out.push(OneField {
            name,
            ty: field.ty.clone(),
            search,
        });
    }
    Ok(out)
}
