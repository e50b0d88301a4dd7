//! Questions to the cache lab. The engine passes them on: it knows neither these nor their answers.

use std::cell::RefCell;
use std::rc::Rc;

use caching::lab::{Question, Reply};
use engine::protocol::{Command, Filter};
use js_sys::{JSON, JsString};
use yew::prelude::*;

use super::{Client, other_build, use_client};
use crate::state::use_session;
use crate::wire;

/// What is shown in place of an answer that somebody did not want to wait for.
const STOPPED: &str = "The replay was stopped.";

/// What a component knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replayed {
    /// The last good answer.
    pub reply: Option<Rc<Reply>>,
    /// One to the present question is on its way.
    pub stale: bool,
    /// Why there is no answer to the present question.
    pub error: Option<AttrValue>,
}

/// A question, about which calls, and the state of the session it was asked in.
type Key = (Question, Filter, u32);

#[derive(Clone, Default, PartialEq)]
struct Shown {
    key: Option<Key>,
    reply: Option<Rc<Reply>>,
    error: Option<AttrValue>,
}

/// The question under way, and the latest that has come meanwhile.
#[derive(Default)]
struct Line {
    asked: bool,
    next: Option<Key>,
    /// What a person stopped: it is not asked again because the session has changed.
    stopped: Option<(Question, Filter)>,
}

/// Asks, and asks again when the question, the filter or the session changes; keeps the last good answer meanwhile.
#[hook]
pub fn use_replay(question: Option<Question>, filter: &Filter) -> Replayed {
    let client = use_client();
    let generation = use_session().info.generation;
    let shown = use_state_eq(Shown::default);
    let line = use_mut_ref(Line::default);
    let key = question.map(|question| (question, filter.clone(), generation));
    use_effect_with(key.clone(), {
        let shown = shown.setter();
        move |key| {
            if let Some(key) = key {
                ask(&client, key.clone(), &line, &shown);
            }
        }
    });
    let current = shown.key == key;
    Replayed {
        reply: shown.reply.clone(),
        stale: key.is_some() && !current,
        error: shown.error.clone().filter(|_| current),
    }
}

fn ask(client: &Client, key: Key, line: &Rc<RefCell<Line>>, shown: &UseStateSetter<Shown>) {
    if line.borrow().stopped.as_ref().is_some_and(|(question, filter)| (question, filter) == (&key.0, &key.1))
    {
        return shown.set(Shown { key: Some(key), reply: None, error: Some(STOPPED.into()) });
    }
    if line.borrow().asked {
        line.borrow_mut().next = Some(key);
        return;
    }
    line.borrow_mut().asked = true;
    let (again, line, shown) = (client.clone(), line.clone(), shown.clone());
    let (question, stops) = (key.0.clone(), client.0.replay_stops.get());
    client.replay(&question, &key.1.clone(), move |reply| {
        let next = {
            let mut line = line.borrow_mut();
            line.asked = false;
            let stopped = again.0.replay_stops.get() != stops && reply.is_err();
            line.stopped = stopped.then(|| (key.0.clone(), key.1.clone()));
            line.next.take()
        };
        let ended = matches!(&reply, Err(why) if why == STOPPED) && line.borrow().stopped.is_none();
        match next {
            // Another question ended it: this one still waits for its answer.
            None if ended => ask(&again, key, &line, &shown),
            Some(next) if next != key => ask(&again, next, &line, &shown),
            _ => shown.set(match reply {
                Ok(reply) => Shown { key: Some(key), reply: Some(Rc::new(reply)), error: None },
                Err(why) => Shown { key: Some(key), reply: None, error: Some(why.into()) },
            }),
        }
    });
}

impl Client {
    /// Asks the cache lab about the calls of a filter.
    fn replay(
        &self,
        question: &Question,
        filter: &Filter,
        then: impl FnOnce(Result<Reply, String>) + 'static,
    ) {
        let text = serde_wasm_bindgen::to_value(question).ok().and_then(|value| JSON::stringify(&value).ok());
        self.send_question(filter, text, Box::new(then));
    }

    /// Ends the replay that is under way, for another question.
    pub fn end_replay(&self) {
        self.change(Command::Caches(Filter::default()));
    }

    /// Ends the replay that is under way, and asks for it no more.
    pub fn stop_replay(&self) {
        self.0.replay_stops.set(self.0.replay_stops.get() + 1);
        self.end_replay();
    }

    fn send_question(
        &self,
        filter: &Filter,
        text: Option<JsString>,
        then: Box<dyn FnOnce(Result<Reply, String>)>,
    ) {
        match wire::encode(&Command::Caches(filter.clone())) {
            Ok(body) => self.send_encoded(
                body,
                Vec::new(),
                text,
                Box::new(move |reply| {
                    then(reply.and_then(|body| {
                        wire::decode(body).unwrap_or_else(|error| Err(other_build(&error)))
                    }));
                }),
            ),
            Err(error) => then(Err(error.to_string())),
        }
    }
}
