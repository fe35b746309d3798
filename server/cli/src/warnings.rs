//! What does not end a command, and should be known.

use divisi_workspace::snapshot::Problem;

use crate::output::Output;
use crate::workspace;

/// Says on standard error what is wrong in settings files: what follows goes by what could be read of them.
pub(crate) fn of_settings<'a>(problems: impl IntoIterator<Item = &'a Problem>, output: &mut Output) {
    for problem in problems {
        output.warning(workspace::described(problem));
    }
}
