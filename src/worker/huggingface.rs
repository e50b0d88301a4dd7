//! Tokenizers that were opened as files. Each runs in a worker of its own, from a wasm that nobody else needs: what
//! takes too long or breaks there ends there.

use std::cell::RefCell;
use std::rc::Rc;

use engine::protocol::{Answer, OpenedTokenizer, Reply, Slot};
use js_sys::{JsString, Reflect, Uint32Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use super::{Worker, now, runner::Runner};

/// Bytes that tell a tokenizer from a trace.
const HEAD: usize = 64 << 10;
/// The largest file, bytes. The largest known tokenizers have 35 MB; reading takes several times that in memory.
const LARGEST: f64 = 200e6;
/// The longest that a file may take to be read, and a text to be counted, ms.
const READING: u32 = 60_000;
const COUNTING: u32 = 20_000;

/// The tokenizers of the session, in the order of their numbers.
pub struct Tokenizers {
    base: String,
    opened: RefCell<Vec<Rc<Opened>>>,
    /// The one whose file is being read.
    opening: RefCell<Option<Rc<Opened>>>,
}

/// A tokenizer, and the file to start it from anew.
struct Opened {
    file: File,
    runner: RefCell<Option<Rc<Runner>>>,
}

impl Opened {
    fn end(&self, why: &str) {
        if let Some(runner) = self.runner.take() {
            runner.end(why);
        }
    }
}

impl Tokenizers {
    pub fn new(base: &str) -> Tokenizers {
        Tokenizers { base: base.to_owned(), opened: RefCell::default(), opening: RefCell::default() }
    }

    /// Ends the one whose file is being read.
    pub fn stop(&self) {
        if let Some(opening) = self.opening.take() {
            opening.end("stopped.");
        }
    }

    /// Ends all of them.
    pub fn clear(&self) {
        self.opened.take().iter().for_each(|opened| opened.end("the session was cleared."));
    }
}

impl Worker {
    /// Opens a file, which begins with `head`, if it is a tokenizer; says whether it is one. Until `stops` grows.
    pub async fn open_tokenizer(
        self: &Rc<Self>,
        name: &str,
        file: &File,
        head: &[u8],
        stops: u32,
    ) -> Result<bool, String> {
        if !engine::is_tokenizer(&head[..head.len().min(HEAD)]) {
            return Ok(false);
        }
        if file.size() > LARGEST {
            return Err(format!("{name} is too large for a tokenizer: at most 200 MB are read."));
        }
        let opened = Rc::new(Opened { file: file.clone(), runner: RefCell::default() });
        self.tokenizers.opening.replace(Some(opened.clone()));
        let told = self.run(&opened).await;
        self.tokenizers.opening.take();
        let told = told.map_err(|why| format!("{name}: {why}"))?.1;
        if self.stops.get() != stops {
            return Ok(true);
        }
        let get = |key: &str| Reflect::get(&told, &key.into()).unwrap_or_default();
        self.session.borrow_mut().add_tokenizer(OpenedTokenizer {
            number: 0,
            name: name.to_owned(),
            kind: get("kind").as_string().unwrap_or_default(),
            vocabulary: get("vocabulary").as_f64().unwrap_or_default() as u64,
            has_pattern: get("hasPattern").is_truthy(),
        });
        self.tokenizers.opened.borrow_mut().push(opened);
        Ok(true)
    }

    /// Counts a text of the workbench with an opened tokenizer.
    pub async fn count_opened(self: &Rc<Self>, slot: Slot, number: u32, text: JsString) -> Reply {
        let opened = self.tokenizers.opened.borrow().get((number as usize).wrapping_sub(1)).cloned();
        let opened = opened.ok_or("This tokenizer is not open any more. Open its file again.")?;
        let explain = |why: String| format!("{}: {why}", opened.file.name());
        let running = opened.runner.borrow().clone().filter(|runner| !runner.is_over());
        let runner = match running {
            Some(runner) => runner,
            None => self.run(&opened).await.map_err(explain)?.0,
        };
        let began = now();
        let tokens = runner.ask("text", &text, COUNTING).await.map_err(explain)?;
        let tokens =
            tokens.dyn_into::<Uint32Array>().map_err(|_| "The tokenizer answered something else.")?;
        let ms = now() - began;
        let tokens = tokens.to_vec().chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let mut reply = self.session.borrow_mut().take_count(slot, text.into(), tokens);
        if let Ok(Answer::Count(count)) = &mut reply {
            count.ms = ms;
        }
        reply
    }

    /// Starts the worker of a tokenizer, and hears what it says of the file.
    async fn run(self: &Rc<Self>, opened: &Opened) -> Result<(Rc<Runner>, JsValue), String> {
        let script = format!("{}huggingface-boot.js", self.tokenizers.base);
        let runner = self.hire(&script, "tokenizer")?;
        // At once, for who asks meanwhile: questions are answered in their order.
        opened.runner.replace(Some(runner.clone()));
        let told = runner.ask("file", &opened.file, READING).await?;
        Ok((runner, told))
    }
}
