//! Parts of a view that follow signals, with one compiled form each.
//!
//! The renderer is generic over every closure in a view, and each one costs kilobytes of machine
//! code. Here the closures are boxed before the renderer sees them, so that all texts share one
//! form, all conditions another, and all lists a third. The page is a third smaller for it, and a
//! call through a pointer is nothing next to a change of the document.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::view::keyed::keyed;

/// A value that is computed anew whenever a signal it read has changed: an attribute, a class, a
/// text.
pub type Live<T> = Box<dyn FnMut() -> T + Send>;

/// The value of an attribute, a class or a text that follows signals.
pub fn live<T: 'static>(value: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Box::new(value)
}

/// A part of a view that follows signals.
pub fn part<V: IntoView + 'static>(mut view: impl FnMut() -> V + Send + 'static) -> Live<AnyView> {
    Box::new(move || view().into_any())
}

/// What a listener does with an event.
pub fn listen<E: 'static>(act: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(act)
}

/// Runs `effect` now and whenever a signal it read has changed.
pub fn follow(effect: impl FnMut() + 'static) {
    run(Box::new(effect));
}

fn run(mut effect: Box<dyn FnMut()>) {
    Effect::new(move |_| effect());
}

/// Shows its children while a condition holds, and keeps them as long as it does.
#[component]
pub fn Show<W>(
    /// What is shown.
    children: ChildrenFn,
    /// The condition.
    when: W,
    /// What stands there otherwise.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView
where
    W: Fn() -> bool + Send + Sync + 'static,
{
    either(Box::new(when), children, fallback)
}

fn either(
    when: Box<dyn Fn() -> bool + Send + Sync>,
    children: ChildrenFn,
    fallback: ViewFn,
) -> AnyView {
    let holds = Memo::new(move |_| when());
    part(move || {
        if holds.get() {
            children()
        } else {
            fallback.run()
        }
    })
    .into_any()
}

/// One view per item, kept as long as an item of that key is there.
#[component]
pub fn For<I, T, K, N>(
    /// The items.
    each: impl Fn() -> I + Send + 'static,
    /// What tells them apart.
    key: impl Fn(&T) -> K + Send + 'static,
    /// Draws one.
    children: impl Fn(T) -> N + Send + Sync + 'static,
) -> impl IntoView
where
    I: IntoIterator<Item = T> + 'static,
    T: Send + 'static,
    K: Hash + 'static,
    N: IntoView + 'static,
{
    let draw = Arc::new(move |item: T| children(item).into_any());
    list(Box::new(move || {
        let items = each().into_iter();
        items
            .map(|item| {
                let key = fingerprint(&key(&item));
                let draw = draw.clone();
                (key, Box::new(move || draw(item)) as Draw)
            })
            .collect()
    }))
}

type Draw = Box<dyn FnOnce() -> AnyView + Send>;

fn list(each: Live<Vec<(u128, Draw)>>) -> AnyView {
    let mut each = each;
    // Every item has an owner of its own below the list's, so that it lives as long as its key.
    let parent = Owner::current().expect("a component has an owner");
    let draw = move |_, (_, draw): (u128, Draw)| {
        let owner = parent.with(Owner::new);
        let view = owner.with(draw);
        (drop as fn(usize), OwnedView::new_with_owner(view, owner))
    };
    let view: Live<_> = Box::new(move || keyed(each(), |it: &(u128, Draw)| it.0, draw.clone()));
    view.into_any()
}

/// 128 bits of a key: two keys of one list never meet.
fn fingerprint(key: &impl Hash) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(seed);
        key.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}
