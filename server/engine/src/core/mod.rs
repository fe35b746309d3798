//! The pure scheduler: `decide(state, now, input) → (events, effects)`, `apply(state, event)`.
//!
//! No I/O, no clock, no randomness. A host, for each [`Decision`]: (1) writes blobs, (2) appends the events in one
//! transaction with the durability that the decision asks for, (3) applies the records that the journal gave back,
//! (4) performs the effects, (5) publishes the records. When the append fails nothing has happened: the state still
//! is what the journal says.
//!
//! ```text
//! class        how a dependency's end looks to its dependents        (ENGINE 2)
//! rule         truth table 1: classes × trigger rule                 (ENGINE 2)
//! mode         truth table 3: what the run's mode lets happen        (ENGINE 2)
//! verdict      truth table 4: how the run ended                      (ENGINE 2)
//! budget       what attempts may spend and did spend                 (ENGINE 7)
//! retry        whether and when a failed node is tried again          (ENGINE 3)
//! merging      what was made on a copy comes back                (ENGINE 9)
//! reuse        earlier results in the place of new ones               (ENGINE 5)
//! transitions  which state may follow which                          (ENGINE 3)
//! compensation undoing what the run did                             (ENGINE 8)
//! approval     nodes that wait for a person
//! result_id    names what a node made
//! graph        the plan as indices: dependents, ranks, groups
//! state        what the events so far say
//! apply        the only mutation of the state
//! decide       input → events and effects
//! locks        tickets and lines: who may hold what               (ENGINE 7)
//! scopes       groups within groups, each with its mode and time    (ENGINE 10)
//! expansion    items and arguments that only the run knows        (ENGINE 10)
//! limits       who of the ready nodes may start next              (ENGINE 7)
//! only         one node alone                                  (ENGINE 6)
//! status       where the run stands
//! ```

pub mod apply;
mod approval;
mod breaker;
mod budget;
pub mod class;
pub mod compensation;
pub mod decide;
mod draft;
pub mod effect;
pub mod evaluate;
mod expansion;
mod gate;
mod graph;
pub mod input;
mod limits;
mod locks;
pub mod merging;
pub mod mode;
mod only;
mod request;
mod result_id;
pub mod retry;
mod reuse;
pub mod rule;
mod scopes;
pub mod state;
pub mod status;
mod takeover;
pub mod transitions;
pub mod verdict;

pub use apply::{Fault, apply, replay};
pub use decide::{advance, decide};
pub use effect::{
    AttemptKey, Decision, Durability, Effect, IdentifyNode, IdentityKey, RenderedCommand, StartAttempt,
    TimerId,
};
pub use evaluate::{Evaluate, Refusal, RenderError, Rendered};
pub use graph::PlanFault;
pub use input::{AttemptOutcome, Found, Input, Outcome, Recovered, RequestRow};
pub use merging::MergeEnd;
pub use state::{AttemptProcess, LiveAttempt, Made, NodeStanding, State};
pub use status::RunStatus;
