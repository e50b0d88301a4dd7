use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Wakes who waits for something to happen elsewhere.
#[derive(Default)]
pub struct Bell {
    rung: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl Bell {
    /// Something has happened.
    pub fn ring(&self) {
        self.rung.set(true);
        for waker in self.waiting.take() {
            waker.wake();
        }
    }

    /// Waits for it, unless it has happened since somebody waited last.
    pub async fn heard(&self) {
        poll_fn(|context| {
            if self.rung.replace(false) {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
