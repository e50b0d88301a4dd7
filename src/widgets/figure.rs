use units::Provenance;
use yew::prelude::*;

/// The word for a provenance, and what it means.
const fn words(from: Provenance) -> (&'static str, &'static str) {
    match from {
        Provenance::Reported => ("reported", "Reported: it stands in the file"),
        Provenance::Counted => {
            ("counted", "Counted: by the tokenizer, or exact arithmetic on reported figures")
        }
        Provenance::Estimated => ("estimated", "Estimated: by a stated method with a stated error"),
        Provenance::Simulated => ("simulated", "Simulated: a replay, not the past"),
        Provenance::Unknown => ("unknown", "Unknown: the file does not say"),
    }
}

/// The class that underlines a figure by its provenance.
pub const fn underline(from: Provenance) -> &'static str {
    match from {
        Provenance::Reported => "u-reported",
        Provenance::Counted => "u-counted",
        Provenance::Estimated => "u-estimated",
        Provenance::Simulated => "u-simulated",
        Provenance::Unknown => "u-unknown",
    }
}

/// Properties of [`Fig`].
#[derive(Clone, PartialEq, Properties)]
pub struct FigProps {
    /// The figure with its unit, or the word for an unknown one.
    pub text: AttrValue,
    /// Where it comes from.
    pub from: Provenance,
    /// More about the method, after the provenance.
    #[prop_or_default]
    pub note: AttrValue,
}

/// A figure, underlined by its provenance.
#[component]
pub fn Fig(props: &FigProps) -> Html {
    let (_, meaning) = words(props.from);
    let title = if props.note.is_empty() { meaning.to_owned() } else { format!("{meaning}. {}", props.note) };
    html! { <span class={underline(props.from)} {title}>{ &props.text }</span> }
}

/// Properties of [`Prov`].
#[derive(Clone, PartialEq, Properties)]
pub struct ProvProps {
    /// Which provenance.
    pub from: Provenance,
    /// Whether its word stands beside the glyph; otherwise only screen readers hear it.
    #[prop_or_default]
    pub word: bool,
}

/// The glyph of a provenance.
#[component]
pub fn Prov(props: &ProvProps) -> Html {
    let (word, meaning) = words(props.from);
    html! {
        <>
            <i class={classes!("prov", word)} title={meaning} aria-hidden="true" />
            if props.word {
                <span class={underline(props.from)} title={meaning}>{ word }</span>
            } else {
                <span class="vh">{ word }</span>
            }
        </>
    }
}
