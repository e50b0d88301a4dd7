//! The labs take part in the conversation with the engine: the app passes on what they ask, and what the engine says.
//!
//! Nothing of it is decoded on the way, but for the session, which app and labs both show.

use std::cell::RefCell;
use std::rc::Rc;

use engine::protocol::SessionInfo;
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessageEvent, MessagePort};

use super::Client;
use super::transport::Transport;
use crate::state::session::{Change, State};
use crate::wire::{self, Envelope};
use yew::UseReducerDispatcher;

/// What the app knows of the labs.
#[derive(Default)]
pub struct Labs {
    port: RefCell<Option<MessagePort>>,
    /// The note that told of the session last, for labs that come later.
    session: RefCell<Option<JsValue>>,
}

impl Labs {
    /// Passes a note of the engine on.
    pub(super) fn tell(&self, note: &JsValue) {
        if part(note, "Session").is_some() {
            self.session.replace(Some(note.clone()));
        }
        if let Some(port) = &*self.port.borrow() {
            post(port, None, note.clone());
        }
    }

    /// Tells of the session that a reply holds.
    pub(super) fn tell_reply(&self, reply: &JsValue) {
        if let Some(info) = session_in(reply) {
            self.tell(&tagged("Session", &info));
        }
    }
}

impl Client {
    /// The connection of the labs, over the port that the app gave them.
    pub fn join(port: MessagePort, session: UseReducerDispatcher<State>) -> Client {
        let client = Client::unconnected(session);
        let inner = Rc::downgrade(&client.0);
        let transport = Transport::over(port.clone(), move |note| {
            if let Some(inner) = inner.upgrade() {
                Client(inner).hear(note);
            }
        });
        client.0.transport.replace(Some(transport));
        // That they are there: a message without an id.
        post(&port, None, JsValue::UNDEFINED);
        client
    }

    /// Makes the port for the labs. `heard` is told that they are there, or why they are not.
    ///
    /// # Errors
    /// If the browser cannot make one.
    pub fn admit(&self, heard: impl Fn(Result<(), String>) + 'static) -> Result<MessagePort, JsValue> {
        let channel = MessageChannel::new()?;
        let port = channel.port1();
        let (client, back) = (self.clone(), port.clone());
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            let Envelope { id: Some(id), body, files, text } = Envelope::unpack(&data) else {
                heard(match part(&data, "failed") {
                    Some(why) => Err(why.as_string().unwrap_or_default()),
                    None => Ok(()),
                });
                return;
            };
            let (back, asker) = (back.clone(), client.clone());
            client.send_encoded(
                body,
                files,
                text,
                Box::new(move |reply| {
                    let reply = reply.unwrap_or_else(|why| tagged("Err", &why.into()));
                    if let Some(info) = session_in(&reply)
                        && let Ok(info) = wire::decode::<SessionInfo>(info)
                    {
                        asker.0.session.dispatch(Change::Info(info));
                    }
                    post(&back, Some(id), reply);
                }),
            );
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        if let Some(note) = &*self.0.labs.session.borrow() {
            post(&port, None, note.clone());
        }
        self.0.labs.port.replace(Some(port));
        Ok(channel.port2())
    }
}

fn post(port: &MessagePort, id: Option<u32>, body: JsValue) {
    // Cannot fail: it came over a port, or is a plain object.
    let _ = port.post_message(&Envelope { id, body, ..Envelope::default() }.pack());
}

/// A property that is there.
fn part(object: &JsValue, key: &str) -> Option<JsValue> {
    Reflect::get(object, &key.into()).ok().filter(|value| !value.is_undefined())
}

/// The session that a reply holds.
fn session_in(reply: &JsValue) -> Option<JsValue> {
    part(&part(reply, "Ok")?, "Session")
}

/// A variant of an enum, as the wire has it.
fn tagged(key: &str, value: &JsValue) -> JsValue {
    let object = Object::new();
    // Cannot fail: a fresh object takes any property.
    let _ = Reflect::set(&object, &key.into(), value);
    object.into()
}
