//! Questions that a component keeps asking while what it shows changes.

use std::rc::Rc;

use engine::protocol::{Answer, Command};
use yew::prelude::*;

use super::{Client, use_client};
use crate::state::use_session;

/// What a component knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The last good answer.
    pub answer: Option<Rc<Answer>>,
    /// That answer is to an older question; one to the present question is on its way.
    pub stale: bool,
    /// Why there is no answer to the present question.
    pub error: Option<AttrValue>,
}

/// A question, and the state of the session it was asked in.
type Key = (Command, u32);

/// What came last.
#[derive(Clone, PartialEq, Default)]
struct Shown {
    key: Option<Key>,
    answer: Option<Rc<Answer>>,
    error: Option<AttrValue>,
}

/// The question that is under way, and the one that has come meanwhile. Only the latest is kept: whoever
/// types or drags asks faster than the engine answers.
#[derive(Default)]
struct Line {
    asked: Option<Key>,
    next: Option<Key>,
}

/// Asks, and asks again when the command or the session changes; keeps the last good answer meanwhile.
/// Without a command there is no answer.
#[hook]
pub fn use_query(command: Option<Command>) -> Query {
    let client = use_client();
    let generation = use_session().info.generation;
    let shown = use_state_eq(Shown::default);
    let line = use_mut_ref(Line::default);
    let key = command.map(|command| (command, generation));

    // What a component that is gone would have asked next must not keep others waiting.
    use_effect_with((), {
        let line = line.clone();
        move |()| move || line.borrow_mut().next = None
    });
    use_effect_with(key.clone(), {
        let shown = shown.setter();
        move |key| match key {
            Some(key) => ask(&client, key.clone(), &line, &shown),
            None => {
                line.borrow_mut().next = None;
                shown.set(Shown::default());
            }
        }
    });

    if key.is_none() {
        return Query::default();
    }
    let current = shown.key == key;
    Query {
        answer: shown.answer.clone(),
        stale: !current && shown.answer.is_some(),
        error: shown.error.clone().filter(|_| current),
    }
}

fn ask(client: &Client, key: Key, line: &Rc<std::cell::RefCell<Line>>, shown: &UseStateSetter<Shown>) {
    if line.borrow().asked.is_some() {
        line.borrow_mut().next = Some(key);
        return;
    }
    line.borrow_mut().asked = Some(key.clone());
    let (again, line, shown) = (client.clone(), line.clone(), shown.clone());
    client.ask(key.0.clone(), move |reply| {
        let next = {
            let mut line = line.borrow_mut();
            line.asked = None;
            line.next.take()
        };
        match next {
            Some(next) if next != key => ask(&again, next, &line, &shown),
            _ => shown.set(match reply {
                Ok(answer) => Shown { key: Some(key), answer: Some(Rc::new(answer)), error: None },
                Err(why) => Shown { key: Some(key), answer: None, error: Some(why.into()) },
            }),
        }
    });
}
