//! The last screen: the program broke, the data did not.
//!
//! Drawn without Leptos and without messages, because nothing of the program can be trusted any
//! more. Both languages, because the choice may be what broke.

use std::panic::PanicHookInfo;

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

const WORDS: [(&str, &str, &str, &str); 2] = [
    (
        "zh-CN",
        "汇客出错了",
        "你的数据是安全的：修改保存在这台设备上，已同步的部分也在服务器上。重新加载即可继续。",
        "重新加载",
    ),
    (
        "en",
        "Huike ran into a problem",
        "Your data is safe: edits are kept on this device, and what was synced is on the server too. Reload to go on.",
        "Reload",
    ),
];

/// Shows the last screen when something breaks.
pub fn watch_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        show(info);
    }));
}

/// Draws what it can; a step that fails is left out.
fn show(info: &PanicHookInfo<'_>) {
    let document = document();
    let Ok(screen) = document.create_element("main") else {
        return;
    };
    screen.set_class_name("panic");
    let _ = screen.set_attribute("role", "alert");
    for (language, title, text, _) in WORDS {
        for (tag, words) in [("h1", title), ("p", text)] {
            let Ok(line) = document.create_element(tag) else {
                continue;
            };
            let _ = line.set_attribute("lang", language);
            line.set_text_content(Some(words));
            let _ = screen.append_child(&line);
        }
    }
    if let Ok(button) = document.create_element("button") {
        button.set_class_name("button primary");
        button.set_text_content(Some(&WORDS.map(|it| it.3).join(" · ")));
        let reload = Closure::<dyn FnMut()>::new(|| {
            let _ = window().location().reload();
        });
        let _ = button.add_event_listener_with_callback("click", reload.as_ref().unchecked_ref());
        reload.forget();
        let _ = screen.append_child(&button);
    }
    if let Ok(details) = document.create_element("pre") {
        details.set_text_content(Some(&info.to_string()));
        let _ = screen.append_child(&details);
    }
    if let Some(body) = document.body() {
        let _ = body.append_child(&screen);
        // What is drawn does not answer any more and must not be taken for living.
        if let Some(app) = document.get_element_by_id("app") {
            app.remove();
        }
    }
}
