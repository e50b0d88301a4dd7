//! The page's end of the conversation with the engine.

mod files;
mod labs;
mod query;
mod replay;
mod transport;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use engine::protocol::{Answer, Choice, Command, Event, FileId, Reply, SessionInfo};
use js_sys::JsString;
use units::Money;
use wasm_bindgen::JsValue;
use yew::prelude::*;

pub use files::{CHOOSER, FOLDER_CHOOSER};
pub use query::{Query, use_query};
pub use replay::{Replayed, use_replay};
use transport::{Then, Transport};

use crate::platform::{file::NamedFile, storage, traffic};
use crate::state::session::{Change, State};
use crate::wire::{self, Note};

/// The name under which the user's own prices are remembered.
const PRICES: &str = "tokenflame.prices";

/// The connection to the engine. Cheap to clone; all clones are the same connection.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

struct Inner {
    transport: RefCell<Option<Transport>>,
    session: UseReducerDispatcher<State>,
    /// Handles of the files of the session, to read them again should the engine have to be started anew.
    files: RefCell<Vec<NamedFile>>,
    /// What a person chose for files of the session.
    choices: RefCell<Vec<(FileId, Choice)>>,
    /// Faults since files were last opened by a person.
    faults: Cell<u32>,
    /// Grows when the reading is stopped.
    stops: Cell<u32>,
    /// Grows when a replay is stopped.
    replay_stops: Cell<u32>,
    labs: labs::Labs,
}

impl PartialEq for Client {
    fn eq(&self, other: &Client) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Client {
    /// Starts the engine; what it says changes the session.
    pub fn start(session: UseReducerDispatcher<State>) -> Client {
        let seen = session.clone();
        traffic::watch(gloo::utils::window().location().origin().unwrap_or_default(), move |own| {
            seen.dispatch(Change::PageAsked { own });
        });
        let client = Client::unconnected(session);
        client.connect();
        client
    }

    fn unconnected(session: UseReducerDispatcher<State>) -> Client {
        Client(Rc::new(Inner {
            transport: RefCell::default(),
            session,
            files: RefCell::default(),
            choices: RefCell::default(),
            faults: Cell::default(),
            stops: Cell::default(),
            replay_stops: Cell::default(),
            labs: labs::Labs::default(),
        }))
    }

    /// Asks the engine; `then` gets the reply.
    pub fn ask(&self, command: Command, then: impl FnOnce(Reply) + 'static) {
        self.send(command, &[], None, then);
    }

    /// Asks about a text, which goes beside the command as it is.
    pub fn ask_about(&self, command: Command, text: JsString, then: impl FnOnce(Reply) + 'static) {
        self.send(command, &[], Some(text), then);
    }

    /// Adds files to the session.
    pub fn open(&self, files: Vec<NamedFile>) {
        if !files.is_empty() {
            self.0.faults.set(0);
            self.read(files);
        }
    }

    /// Reads files of the session otherwise than before. All are read again: their records may belong together.
    pub fn read_as(&self, files: &[FileId], choice: &Choice) {
        let mut choices = self.0.choices.borrow_mut();
        for &file in files {
            choices.retain(|(known, _)| *known != file);
            choices.push((file, choice.clone()));
        }
        drop(choices);
        self.0.faults.set(0);
        self.read_again();
    }

    /// What was chosen for a file of the session.
    pub fn choice(&self, file: FileId) -> Option<Choice> {
        self.0.choices.borrow().iter().find(|(known, _)| *known == file).map(|(_, choice)| choice.clone())
    }

    /// Stops the reading of files, or else the counting of their texts; what was read and counted stays.
    pub fn cancel(&self) {
        self.0.stops.set(self.0.stops.get() + 1);
        self.change(Command::Cancel);
    }

    /// Counts the texts that were left when the counting was stopped.
    pub fn count_texts(&self) {
        self.change(Command::CountTexts);
    }

    /// Forgets all files.
    pub fn clear(&self) {
        self.0.stops.set(self.0.stops.get() + 1);
        self.0.files.borrow_mut().clear();
        self.0.choices.borrow_mut().clear();
        // At once, whatever the engine still works on.
        self.0.session.dispatch(Change::Info(SessionInfo::default()));
        self.change(Command::Clear);
    }

    /// Prices a model by hand, in dollars per million tokens.
    pub fn set_price(&self, model: String, input: Money, output: Money) {
        self.change(Command::SetPrice { model, input, output });
    }

    /// Adds a price list to the user's own prices.
    pub fn add_prices(&self, list: &str, then: impl FnOnce(Reply) + 'static) {
        self.ask_about(Command::OwnPrices, list.into(), then);
    }

    /// Remembers the user's own prices as they are now.
    pub fn keep_prices(&self) {
        let client = self.clone();
        self.ask(Command::OwnPrices, move |reply| {
            let Ok(Answer::OwnPrices(own)) = reply else { return };
            let list = (!own.prices.is_empty()).then_some(own.list.as_str());
            if !storage::write(PRICES, list) && list.is_some() {
                client.refuse("The browser does not keep your prices: they hold until this page is closed. Export them to keep them.".to_owned());
            }
        });
    }

    /// Says why something a person asked for did not happen.
    pub fn refuse(&self, why: String) {
        self.0.session.dispatch(Change::Refused(why));
    }

    /// Takes the messages about faults and refusals away.
    pub fn dismiss(&self) {
        self.0.session.dispatch(Change::Dismissed);
    }

    /// Asks for a change of the session and takes over how it is afterwards.
    fn change(&self, command: Command) {
        let session = self.0.session.clone();
        self.ask(command, move |reply| session.dispatch(Change::of(reply)));
    }

    fn read(&self, files: Vec<NamedFile>) {
        self.0.session.dispatch(Change::Opening);
        let session = self.0.session.clone();
        self.send(Command::Open, &files, None, move |reply| {
            session.dispatch(Change::of(reply));
            session.dispatch(Change::Opened);
        });
        self.0.files.borrow_mut().extend(files);
    }

    fn read_again(&self) {
        let choices = self.0.choices.borrow().clone();
        self.0.session.dispatch(Change::Opening);
        let client = self.clone();
        self.ask(Command::Reopen(choices), move |reply| {
            if let Ok(Answer::Session(info)) = &reply {
                // Where it was stopped, other files may come to have these numbers.
                client.0.choices.borrow_mut().retain(|(file, _)| (file.0 as usize) < info.files.len());
            }
            client.0.session.dispatch(Change::of(reply));
            client.0.session.dispatch(Change::Opened);
        });
    }

    fn send(
        &self,
        command: Command,
        files: &[NamedFile],
        text: Option<JsString>,
        then: impl FnOnce(Reply) + 'static,
    ) {
        self.send_as_is(&command, files, text, Box::new(then));
    }

    /// One copy of the code for all that may follow.
    fn send_as_is(
        &self,
        command: &Command,
        files: &[NamedFile],
        text: Option<JsString>,
        then: Box<dyn FnOnce(Reply)>,
    ) {
        match wire::encode(command) {
            Ok(body) => {
                let then: Then = Box::new(move |reply| {
                    then(reply.and_then(|body| {
                        wire::decode(body).unwrap_or_else(|error| Err(other_build(&error)))
                    }));
                });
                self.send_encoded(body, files.to_vec(), text, then);
            }
            Err(error) => then(Err(error.to_string())),
        }
    }

    fn send_encoded(&self, body: JsValue, files: Vec<NamedFile>, text: Option<JsString>, then: Then) {
        let inner = Rc::downgrade(&self.0);
        let then: Then = Box::new(move |reply| {
            if let (Some(inner), Ok(reply)) = (inner.upgrade(), &reply) {
                inner.labs.tell_reply(reply);
            }
            then(reply);
        });
        match self.0.transport.borrow().as_ref() {
            Some(transport) => transport.send(body, files, text, then),
            None => then(Err("The engine does not run. Reload the page.".to_owned())),
        }
    }

    fn connect(&self) {
        let inner = Rc::downgrade(&self.0);
        let heard = move |note| {
            if let Some(inner) = inner.upgrade() {
                Client(inner).hear(note);
            }
        };
        match Transport::start(heard) {
            Ok(transport) => {
                self.0.transport.replace(Some(transport));
                if let Some(list) = storage::read(PRICES) {
                    self.add_prices(&list, |_| ());
                }
            }
            Err(why) => self.0.session.dispatch(Change::Fault(why)),
        }
    }

    fn hear(&self, note: Result<JsValue, String>) {
        let note = note.and_then(|note| {
            self.0.labs.tell(&note);
            wire::decode(note).map_err(|error| other_build(&error))
        });
        self.heard(note.unwrap_or_else(|why| Note::Event(Event::Fault(why))));
    }

    fn heard(&self, note: Note) {
        match note {
            Note::Event(Event::Progress(progress)) => self.0.session.dispatch(Change::Progress(progress)),
            Note::Event(Event::Counting(counting)) => self.0.session.dispatch(Change::Counting(counting)),
            Note::Event(Event::Replaying(done, of)) => self.0.session.dispatch(Change::Replaying(done, of)),
            Note::Event(Event::Fault(why)) => self.restart(why),
            Note::Session(info) => self.0.session.dispatch(Change::Info(info)),
            Note::Refused(why) => self.refuse(why),
            Note::Pulse(pulse) => self.0.session.dispatch(Change::Pulse(pulse)),
        }
    }

    /// After a fault: a new engine, and the same files again. If it happens once more, the files are left
    /// out: one of them is the likely reason.
    fn restart(&self, why: String) {
        if self.0.transport.borrow().as_ref().is_some_and(|transport| !transport.holds_worker()) {
            // Whoever holds the worker starts another one.
            return self.0.session.dispatch(Change::Fault(why));
        }
        // First the transport goes, with all that it still had to say.
        let lost = self.0.transport.borrow_mut().take().map(Transport::stop).unwrap_or_default();
        self.0.faults.set(self.0.faults.get() + 1);
        self.0.session.dispatch(Change::Fault(why));
        if self.0.faults.get() > 2 {
            return;
        }
        self.connect();
        let files = self.0.files.take();
        if self.0.faults.get() == 1 && !files.is_empty() {
            self.read(files);
            if !self.0.choices.borrow().is_empty() {
                self.read_again();
            }
        } else {
            self.0.choices.borrow_mut().clear();
        }
        for then in lost {
            then(Err("The engine stopped while it worked on this, and was started anew.".to_owned()));
        }
    }
}

fn other_build(error: &serde_wasm_bindgen::Error) -> String {
    format!("The page and its engine do not understand each other ({error}). Reload the page.")
}

impl Change {
    fn of(reply: Reply) -> Change {
        match reply {
            Ok(Answer::Session(info)) => Change::Info(info),
            Ok(_) => Change::Refused("The engine answered another question.".to_owned()),
            Err(why) => Change::Refused(why),
        }
    }
}

/// The connection to the engine.
#[hook]
pub fn use_client() -> Client {
    use_context().expect("the app provides the client to every component")
}
