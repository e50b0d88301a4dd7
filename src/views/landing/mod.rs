//! The first screen: the drop zone, a box to paste a prompt into, and samples.

mod paste;
mod samples;

use web_sys::Element;
use yew::prelude::*;

use self::paste::PasteBox;
pub use self::samples::{SAMPLES, Sample};
use crate::client::use_client;
use crate::format;
use crate::route::Screen;
use crate::state::use_session;
use crate::widgets::{Icon, IconName};

/// What can be read, by the programs that write it.
const FORMATS: [(&str, &str); 6] = [
    (
        "Traces",
        "OTLP, Jaeger, Zipkin, Chrome and console spans; Langfuse, LangSmith, OpenInference, MLflow, Weave, Braintrust",
    ),
    (
        "Agents",
        "Claude Code, Codex, Gemini CLI, Qwen Code, Copilot, Cline, OpenCode, aider, pi, Inspect, ATIF",
    ),
    (
        "Requests and responses",
        "OpenAI, Anthropic, Gemini, Bedrock, Cohere and Ollama, whole or streamed; batches, HAR, VCR cassettes",
    ),
    ("Gateways", "LiteLLM, Helicone and Portkey logs"),
    (
        "Benchmarks and workloads",
        "AIPerf, vLLM, SGLang, GenAI-Perf, GuideLLM, LLMPerf; Mooncake, Azure, BurstGPT, Vidur",
    ),
    ("Your own records", "LLMMetrics and LatencyProfile fields as JSON, JSONL or CSV"),
];

/// Properties of [`Landing`].
#[derive(Clone, PartialEq, Properties)]
pub struct LandingProps {
    /// The screen that a link leads to, where its files are not open in this tab.
    #[prop_or_default]
    pub wanted: Option<Screen>,
}

/// The first screen.
#[component]
pub fn Landing(props: &LandingProps) -> Html {
    let client = use_client();
    let choose = {
        let client = client.clone();
        Callback::from(move |_: MouseEvent| client.choose())
    };
    let choose_folder = {
        let client = client.clone();
        Callback::from(move |_: MouseEvent| client.choose_folder())
    };
    // Pasting into the box is typing; anywhere else it opens.
    use_effect_with(client, |client| {
        let client = client.clone();
        let listener = gloo::events::EventListener::new_with_options(
            &gloo::utils::document(),
            "paste",
            gloo::events::EventListenerOptions::enable_prevent_default(),
            move |event| {
                use wasm_bindgen::JsCast;
                let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                let typing =
                    target.is_some_and(|target| matches!(target.tag_name().as_str(), "TEXTAREA" | "INPUT"));
                if let Some(event) = event.dyn_ref::<web_sys::ClipboardEvent>()
                    && !typing
                {
                    client.paste(event);
                }
            },
        );
        move || drop(listener)
    });
    html! {
        <div class="landing">
            <div class="drop">
                if let Some(screen) = props.wanted {
                    <p class="callout info">
                        <Icon name={IconName::File} />
                        { format!("This link leads to {}. The files it was made with are not open in this tab: open \
                                   them, and it shows the same view.", screen.label()) }
                    </p>
                }
                <div>
                    <h1>{ "See where the tokens, the dollars and the milliseconds go" }</h1>
                    <p class="lead">
                        { "Open the traces of your LLM application: what each call cost, which part of the prompt it \
                           went to, and what the user waited for." }
                    </p>
                </div>
                <div class="zone">
                    <svg class="frame" aria-hidden="true"><rect x="1" y="1" /></svg>
                    <p class="big">{ "Drop trace files anywhere on this page" }</p>
                    <div class="choose">
                        <button type="button" class="btn primary" onclick={choose}>{ "Choose files" }</button>
                        <button type="button" class="btn" onclick={choose_folder}
                            title="The browser may call this an upload: nothing is sent anywhere">{ "Choose a folder" }</button>
                    </div>
                    <p class="small mid">
                        { "JSON, JSONL, CSV or event streams, plain or as .gz, .zst or .zip. Several files at once, or a folder, become one session." }
                    </p>
                    <dl class="formats">
                        { for FORMATS.iter().map(|(kind, what)| html! {
                            <div><dt>{ *kind }</dt><dd>{ *what }</dd></div>
                        }) }
                    </dl>
                    <p class="small dim">{ "Recognised by content, not by name." }</p>
                </div>
            </div>
            <div class="side">
                <PasteBox />
                <SampleList />
                <Promise />
            </div>
        </div>
    }
}

/// The samples.
#[component]
fn SampleList() -> Html {
    let client = use_client();
    html! {
        <section>
            <div class="phead">
                <h2>{ "Or open a sample" }</h2>
                <span class="cap">{ "written by real programs, not made up" }</span>
            </div>
            <table class="loose samples">
                <caption class="vh">{ "Samples" }</caption>
                <tbody>
                    { for SAMPLES.iter().map(|sample| {
                        let client = client.clone();
                        let open = Callback::from(move |_: MouseEvent| client.open_sample(sample.path));
                        html! {
                            <tr>
                                <td class="nowrap">
                                    <button type="button" class="link" onclick={open}>{ sample.name }</button>
                                </td>
                                <td class="clip mid what" title={sample.about}>{ sample.about }</td>
                                <td class="nowrap dim">{ sample.format }</td>
                                <td class="num dim">{ format::bytes(sample.bytes) }</td>
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
        </section>
    }
}

/// The promise, its proof so far, and the policy by which the browser keeps it.
#[component]
fn Promise() -> Html {
    let (_, foreign) = use_session().traffic();
    // The policy as it stands in this page, not a copy of it.
    let policy = use_memo((), |()| {
        let meta =
            gloo::utils::document().query_selector("meta[http-equiv='Content-Security-Policy']").ok()??;
        meta.get_attribute("content")
    });
    html! {
        <section class="promise">
            <div class="phead">
                <Icon name={IconName::Lock} class="ok" />
                <h2>{ "Nothing leaves this page" }</h2>
                <span class="cap">
                    { format!("{} to other origins since it was opened", format::plural(foreign.into(), "request")) }
                </span>
            </div>
            <p>{ "Files are read by a worker in this tab. There is no server to send them to, and the page’s own \
                  policy forbids it:" }</p>
            if let Some(policy) = &*policy {
                <code>{ policy }</code>
            }
        </section>
    }
}
