use serde::{Deserialize, Serialize};

use crate::TextId;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// System or developer.
    System,
    /// The person or the calling program.
    User,
    /// The model.
    Assistant,
    /// The result of a tool.
    Tool,
}

/// What a part of the prompt or of the answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Component {
    /// Instructions.
    System,
    /// Definitions of tools.
    Tools,
    /// Worked examples.
    FewShot,
    /// Context that was looked up, tool results included.
    Retrieved,
    /// Earlier turns.
    History,
    /// The question at hand.
    User,
    /// The answer.
    Output,
    /// Thinking before the answer.
    Reasoning,
}

impl Component {
    /// All components, prompt first.
    pub const ALL: [Component; 8] = [
        Component::System,
        Component::Tools,
        Component::FewShot,
        Component::Retrieved,
        Component::History,
        Component::User,
        Component::Output,
        Component::Reasoning,
    ];

    /// The name in figures and files: `few_shot_examples`.
    pub const fn key(self) -> &'static str {
        match self {
            Component::System => "system_prompt",
            Component::Tools => "tools",
            Component::FewShot => "few_shot_examples",
            Component::Retrieved => "retrieved_context",
            Component::History => "history",
            Component::User => "user_query",
            Component::Output => "output",
            Component::Reasoning => "reasoning",
        }
    }

    /// The name on screen: `Few-shot`.
    pub const fn label(self) -> &'static str {
        match self {
            Component::System => "System",
            Component::Tools => "Tools",
            Component::FewShot => "Few-shot",
            Component::Retrieved => "Retrieved",
            Component::History => "History",
            Component::User => "User",
            Component::Output => "Output",
            Component::Reasoning => "Reasoning",
        }
    }

    /// The name of its colour: `--kind-fewshot`.
    pub const fn token(self) -> &'static str {
        match self {
            Component::System => "system",
            Component::Tools => "tools",
            Component::FewShot => "fewshot",
            Component::Retrieved => "retrieved",
            Component::History => "history",
            Component::User => "user",
            Component::Output => "output",
            Component::Reasoning => "reasoning",
        }
    }

    /// Whether it belongs to what the model wrote.
    pub const fn is_output(self) -> bool {
        matches!(self, Component::Output | Component::Reasoning)
    }
}

/// One part of a call's prompt or answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What it is for.
    pub component: Component,
    /// What was said.
    pub text: TextId,
    /// A cache breakpoint at its end, if the request set one there.
    pub breakpoint: Option<Breakpoint>,
}

impl Message {
    /// One without a breakpoint.
    pub const fn new(role: Role, component: Component, text: TextId) -> Message {
        Message { role, component, text, breakpoint: None }
    }
}

/// How long a request asks a provider to keep what comes before a breakpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Breakpoint {
    /// 5 minutes.
    Minutes5,
    /// 30 minutes.
    Minutes30,
    /// An hour.
    Hour,
}
