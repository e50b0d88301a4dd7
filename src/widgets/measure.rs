use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ResizeObserver, ResizeObserverEntry};
use yew::prelude::*;

/// Watches one element; stops when dropped.
struct Watch {
    element: Element,
    observer: ResizeObserver,
    _heard: Closure<dyn FnMut(Array)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl Watch {
    fn new(element: Element, width: UseStateHandle<f64>) -> Option<Watch> {
        // The observer tells the first width, too, without a forced layout.
        let heard = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            if let Some(entry) = entries.get(0).dyn_ref::<ResizeObserverEntry>() {
                width.set(entry.content_rect().width().floor());
            }
        });
        let observer = ResizeObserver::new(heard.as_ref().unchecked_ref()).ok()?;
        observer.observe(&element);
        Some(Watch { element, observer, _heard: heard })
    }
}

/// The width of a box in px, followed as it changes; 0 until it is known.
#[hook]
pub fn use_width(node: &NodeRef) -> f64 {
    let width = use_state_eq(|| 0.0);
    let watch = use_mut_ref(|| None::<Watch>);
    {
        let (node, width) = (node.clone(), width.clone());
        // After each render, because the element behind the reference may be another one.
        use_effect(move || {
            let element = node.cast::<Element>();
            let known = watch.borrow().as_ref().map(|watch| watch.element.clone());
            if known != element {
                *watch.borrow_mut() = element.and_then(|element| Watch::new(element, width));
            }
        });
    }
    *width
}

/// Sets a style property of an element: the page's policy forbids style attributes, not this.
#[hook]
pub fn use_style(node: &NodeRef, property: &'static str, value: String) {
    let node = node.clone();
    let last = use_mut_ref(|| None::<(HtmlElement, String)>);
    use_effect(move || {
        let Some(element) = node.cast::<HtmlElement>() else { return };
        let now = Some((element, value));
        if *last.borrow() != now {
            if let Some((element, value)) = &now {
                let _ = element.style().set_property(property, value);
            }
            *last.borrow_mut() = now;
        }
    });
}
