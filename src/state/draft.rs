//! A prompt typed on the landing page, on its way to the workbench. In memory, never in the address.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

/// Holds the text until the workbench takes it.
#[derive(Clone, Default)]
pub struct Draft(Rc<RefCell<Option<String>>>);

impl PartialEq for Draft {
    fn eq(&self, other: &Draft) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Draft {
    /// Leaves a text for the workbench.
    pub fn put(&self, text: String) {
        self.0.replace(Some(text));
    }

    /// Takes the text, if there is one.
    pub fn take(&self) -> Option<String> {
        self.0.take()
    }
}

/// The text on its way.
#[hook]
pub fn use_draft() -> Draft {
    use_context().expect("the app provides the draft to every component")
}
