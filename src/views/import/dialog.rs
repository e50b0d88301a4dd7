//! The dialog in which a person says how a file is to be read: as one of the formats, or what is what in it.

use std::rc::Rc;

use engine::protocol::{
    Answer, Ask, Choice, Command, FileId, FileReport, Mapped, Mapping, Part, Source, Unit,
};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::read_as::can_be_mapped;
use super::saved;
use crate::client::{Client, use_client, use_query};
use crate::format;
use crate::platform::{download, drop};
use crate::state::use_session;
use crate::widgets::{Dialog, Icon, IconName, Select, TableTwin};

/// Properties of [`FileDialog`].
#[derive(Clone, PartialEq, Properties)]
pub struct FileDialogProps {
    /// The file.
    pub file: FileId,
    /// It was closed.
    pub onclose: Callback<()>,
}

/// What a person has said so far.
#[derive(Clone, PartialEq)]
struct Draft {
    /// The place of the format; 0 is a mapping. `None` as long as it is what it was.
    format: Option<usize>,
    /// The mapping, or a question for one.
    ask: Ask,
    /// The saved one that was proposed, to be replaced by what is made of it.
    origin: Option<Mapping>,
    /// The mapping is not to be remembered.
    forget: bool,
    /// What came of the last button.
    news: String,
}

/// What a person says.
enum Step {
    Format(usize),
    Ask(Ask, Option<Mapping>),
    Forget,
    News(String),
}

impl Reducible for Draft {
    type Action = Step;

    fn reduce(self: Rc<Self>, step: Step) -> Rc<Self> {
        let mut next = (*self).clone();
        next.news.clear();
        match step {
            Step::Format(place) => next.format = Some(place),
            Step::Ask(ask, origin) => (next.ask, next.origin) = (ask, origin),
            Step::Forget => next.forget = !next.forget,
            Step::News(news) => next.news = news,
        }
        Rc::new(next)
    }
}

impl Draft {
    fn new(client: &Client, file: FileId) -> Draft {
        let ask = match client.choice(file) {
            Some(Choice::Mapping(mapping)) => Ask::Try(mapping),
            _ => Ask::Proposal(saved::all()),
        };
        Draft { format: None, ask, origin: None, forget: false, news: String::new() }
    }
}

/// How a file is to be read.
#[component]
pub fn FileDialog(props: &FileDialogProps) -> Html {
    let (client, session) = (use_client(), use_session());
    let draft = use_reducer_eq(|| Draft::new(&client, props.file));
    let say = {
        let draft = draft.dispatcher();
        Callback::from(move |step: Step| draft.dispatch(step))
    };
    let all = &session.info.files;
    let unknown = FileReport::default();
    let report = all.get(props.file.0 as usize).unwrap_or(&unknown);
    let formats = use_query(Some(Command::Formats));
    let formats = match formats.answer.as_deref() {
        Some(Answer::Formats(formats)) => &formats[..],
        _ => &[],
    };
    // Who opens this for a file that was read wants another format.
    let known = formats.iter().position(|(key, _)| *key == report.format);
    let format = draft.format.unwrap_or(known.map_or(0, |place| place + 1));
    let maps = format == 0 && !formats.is_empty();
    let query = use_query(maps.then(|| Command::Map { file: props.file, ask: draft.ask.clone() }));
    let mapped = match query.answer.as_deref() {
        Some(Answer::Mapped(mapped)) if maps => Some(&**mapped),
        _ => None,
    };
    let mapping = match (&draft.ask, mapped) {
        (Ask::Try(mapping), _) => mapping.clone(),
        (_, Some(mapped)) => mapped.outline.mapping.clone(),
        (_, None) => Mapping::default(),
    };
    let saved = mapped.and_then(|mapped| mapped.outline.saved);
    let origin = match (&draft.ask, saved) {
        (Ask::Proposal(all), Some(i)) => all.get(i as usize).cloned(),
        _ => draft.origin.clone(),
    };
    let onask = {
        let origin = origin.clone();
        say.reform(move |ask: Ask| Step::Ask(ask, origin.clone()))
    };
    // Files that look the same are read the same way, or a folder of them would take a dialog each.
    let is_alike = |file: &FileReport| can_be_mapped(file) && file.seen == report.seen;
    let mut files = vec![props.file];
    for (i, file) in all.iter().enumerate().filter(|_| maps && can_be_mapped(report)) {
        if is_alike(file) && i != props.file.0 as usize {
            files.push(FileId(i as u32));
        }
    }
    let is_mapped = mapped.is_some() && !query.stale && mapping.fields.iter().next().is_some();
    let is_ready = format > 0 || is_mapped;
    let read = {
        let (client, close, files) = (client.clone(), props.onclose.clone(), files.clone());
        let (mapping, forget) = (mapping.clone(), draft.forget);
        let key = format.checked_sub(1).and_then(|place| formats.get(place)).map(|(key, _)| key.clone());
        Callback::from(move |_: MouseEvent| {
            let choice = match &key {
                Some(key) => Choice::Format(key.clone()),
                None => {
                    if !forget {
                        saved::put(&mapping, origin.as_ref());
                    }
                    Choice::Mapping(mapping.clone())
                }
            };
            close.emit(());
            client.read_as(&files, &choice);
        })
    };
    let mut options: Vec<AttrValue> = vec!["none of these: I say what is what".into()];
    options.extend(formats.iter().map(|(_, name)| name.clone().into()));
    html! {
        <Dialog label="How to read a file" class="dialog-file" onclose={props.onclose.clone()}>
            <div class="phead">
                <h2>{ format!("How to read {}", report.name) }</h2>
                <div class="acts">
                    <button type="button" class="btn quiet sm" onclick={props.onclose.reform(|_: MouseEvent| ())}>
                        <Icon name={IconName::Close} /><span class="vh">{ "Close" }</span>
                    </button>
                </div>
            </div>
            { choice("Format", options, format, say.reform(Step::Format)) }
            if let Some(error) = &query.error {
                <p class="callout bad"><Icon name={IconName::Error} />{ error }</p>
            } else if let Some(mapped) = mapped {
                { map(mapped, &mapping, &onask, query.stale) }
                { keep(&draft, &mapping, &say) }
            } else if format > 0 {
                <p class="small mid">
                    { "Records that the format does not know are dropped, and the import report counts them." }
                </p>
            }
            <div class="dialog-acts">
                <span class="grow small dim">
                    if files.len() > 1 {
                        { format!("{} that no reader knows have the same fields and are read the same way.",
                            format::plural(files.len() as u64 - 1, "other file")) }
                    }
                </span>
                <button type="button" class="btn primary" onclick={read} disabled={!is_ready}>
                    { match files.len() {
                        1 => "Read the file".to_owned(),
                        n => format!("Read {} files", format::int(n as u64)),
                    } }
                </button>
            </div>
        </Dialog>
    }
}

/// A list of choices with its name.
fn choice(
    name: &'static str,
    options: Vec<AttrValue>,
    chosen: usize,
    onchange: impl Into<Callback<usize>>,
) -> Html {
    html! {
        <label class="map-part">
            <span>{ name }</span>
            <span class="field"><Select {options} {chosen} onchange={onchange.into()} /></span>
        </label>
    }
}

/// Where the records are, what each part is, and what that makes of the first records.
fn map(mapped: &Mapped, mapping: &Mapping, set: &Callback<Ask>, stale: bool) -> Html {
    let lists = &mapped.outline.lists;
    let mut paths = vec![String::new()];
    let mut options: Vec<AttrValue> = vec!["each object of the file".into()];
    for (path, elements) in lists {
        paths.push(path.clone());
        options.push(format!("each element of {path} ({} seen)", format::int(*elements)).into());
    }
    if !paths.contains(&mapping.records) {
        paths.push(mapping.records.clone());
        options.push(format!("each element of {} (not seen)", mapping.records).into());
    }
    let chosen = paths.iter().position(|path| *path == mapping.records).unwrap_or_default();
    let onlist = set.reform(move |place: usize| Ask::Guess(paths.get(place).cloned().unwrap_or_default()));
    let table = TableTwin {
        columns: mapped.columns.iter().map(|name| name.clone().into()).collect(),
        rows: mapped.rows.iter().map(|row| row.iter().map(|cell| cell.clone().into()).collect()).collect(),
        numeric: mapped.columns.iter().map(|name| is_number(name)).collect(),
    };
    html! {
        <>
            { choice("A record is", options, chosen, onlist) }
            <div class="map-parts">
                { for Part::ALL.into_iter().map(|part| part_row(part, mapped, mapping, set)) }
            </div>
            <h3>{ "The first records as requests" }</h3>
            <div class={classes!("map-preview", stale.then_some("stale"))} aria-busy={stale.to_string()}>
                if table.rows.is_empty() {
                    <p class="dim">{ "None of the first records has any of these fields." }</p>
                } else {
                    { table.view(&"The first records as requests".into()) }
                }
                <ul class="problems">
                    { for mapped.warnings.iter().map(|warning| html! {
                        <li><Icon name={IconName::Warn} class="warn" /><p>{ warning }</p></li>
                    }) }
                </ul>
            </div>
        </>
    }
}

/// One part: where it stands, and its unit if it has one.
fn part_row(part: Part, mapped: &Mapped, mapping: &Mapping, set: &Callback<Ask>) -> Html {
    let source = mapping.fields.get(part).cloned();
    let given = source.is_some();
    let source = source.unwrap_or_default();
    let mut paths = vec![String::new()];
    let mut options: Vec<AttrValue> = vec!["not in the file".into()];
    for (path, samples) in &mapped.outline.paths {
        paths.push(path.clone());
        options.push(format!("{path}: {samples}").into());
    }
    if given && !paths.contains(&source.path) {
        paths.push(source.path.clone());
        options.push(format!("{} (not seen)", source.path).into());
    }
    let chosen = paths.iter().position(|path| *path == source.path).unwrap_or_default();
    let to = {
        let mapping = mapping.clone();
        move |path: &str, unit: Unit| {
            let mut next = mapping.clone();
            next.fields.set(part, (!path.is_empty()).then(|| Source { path: path.to_owned(), unit }));
            Ask::Try(next)
        }
    };
    let Source { path, unit } = source;
    let onpath = {
        let to = to.clone();
        set.reform(move |place: usize| to(paths.get(place).map_or("", String::as_str), unit))
    };
    let onunit = set.reform(move |place: usize| to(&path, Unit::ALL.get(place).copied().unwrap_or_default()));
    html! {
        <div class={classes!("map-row", given.then_some("given"))}>
            { choice(part.name(), options, chosen, onpath) }
            if given && part.has_unit() {
                <label class="field unit">
                    <span class="vh">{ format!("Unit of {}", part.name().to_lowercase()) }</span>
                    <Select options={Unit::ALL.iter().map(|unit| unit.key().into()).collect::<Vec<AttrValue>>()}
                        chosen={Unit::ALL.iter().position(|known| *known == unit).unwrap_or_default()}
                        onchange={onunit} />
                </label>
            }
        </div>
    }
}

/// Whether the part of this name is a number.
fn is_number(name: &str) -> bool {
    Part::ALL.iter().any(|part| part.is_number() && part.name() == name)
}

/// The ways to keep a mapping.
fn keep(draft: &Draft, mapping: &Mapping, say: &Callback<Step>) -> Html {
    let is_saved = saved::all().contains(mapping);
    let state = match &draft.ask {
        _ if is_saved => html! { <span class="tag ok">{ "saved mapping" }</span> },
        Ask::Try(_) => Html::default(),
        _ => html! { <span class="tag warn">{ "a guess by names and values: check it" }</span> },
    };
    let erase = {
        let (say, mapping) = (say.clone(), mapping.clone());
        Callback::from(move |_: MouseEvent| {
            saved::erase(&mapping);
            say.emit(Step::News("The saved mapping was erased.".to_owned()));
        })
    };
    let export = {
        let (say, mapping) = (say.clone(), mapping.clone());
        Callback::from(move |_: MouseEvent| {
            if saved::json(&mapping).is_none_or(|json| download::save("mapping.json", &json).is_err()) {
                say.emit(Step::News("The browser did not save the file.".to_owned()));
            }
        })
    };
    let import = {
        let say = say.clone();
        Callback::from(move |event: Event| load(&event.target_unchecked_into(), say.clone()))
    };
    html! {
        <div class="dialog-acts start">
            <label class="check">
                <input type="checkbox" checked={!draft.forget} onchange={say.reform(|_: Event| Step::Forget)} />
                { "Remember in this browser for files of this shape" }
            </label>
            { state }
            <span class="grow small dim" role="status">{ &draft.news }</span>
            if is_saved {
                <button type="button" class="btn sm" onclick={erase}>{ "Erase the saved one" }</button>
            }
            <label class="btn sm file">
                { "Load mapping" }
                <input type="file" accept=".json,application/json" class="vh" onchange={import} />
            </label>
            <button type="button" class="btn sm" onclick={export}>{ "Save as file" }</button>
        </div>
    }
}

/// Takes a mapping from a chosen file.
fn load(field: &HtmlInputElement, say: Callback<Step>) {
    let Some(file) = drop::list(field.files()).into_iter().next() else { return };
    spawn_local(async move {
        let text = JsFuture::from(file.file.text()).await.ok().and_then(|text| text.as_string());
        say.emit(match text.as_deref().and_then(saved::parse) {
            Some(mapping) => Step::Ask(Ask::Try(mapping), None),
            None => Step::News(format!("{} is not a mapping that was saved here.", file.name)),
        });
    });
    // So that the same file can be chosen again.
    field.set_value("");
}
