//! Characters by which a text could look like another one.

/// Whether a terminal obeys `c`, or turns or hides what stands around it: control characters, marks that change the
/// direction of writing, and characters without a width. Names and commands come from files that nobody has looked at
/// yet, and people decide by what they see of them.
///
/// The ranges are the control and format characters of Unicode (categories Cc and Cf) and its line and paragraph
/// separators; joiners are among them, so that an emoji of several parts is shown in its parts.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_text_is_known() {
        for c in ['\u{1b}', '\r', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{200d}', '\u{feff}'] {
            assert!(is_deceptive(c), "{c:?}");
        }
        for c in ['a', ' ', 'é', 'ש', '日', '🚀', '\u{301}', '\u{FFFD}'] {
            assert!(!is_deceptive(c), "{c:?}");
        }
    }
}
