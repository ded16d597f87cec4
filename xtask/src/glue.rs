//! The glue that bindgen writes, without what only a reader needs: comments of whole lines and indentation, a
//! tenth of it on the wire. What it does stays as it is, letter by letter.

/// Takes comments and indentation away. Lines inside a template literal stay as they are.
pub fn tighten(script: &str) -> String {
    let mut tight = String::with_capacity(script.len());
    let (mut is_comment, mut is_template) = (false, false);
    for line in script.lines() {
        if is_template {
            tight.push_str(line);
            tight.push('\n');
            is_template ^= has_odd_backticks(line);
            continue;
        }
        let code = line.trim();
        is_comment |= code.starts_with("/**");
        if is_comment {
            is_comment = !code.ends_with("*/");
            continue;
        }
        if code.is_empty() || code.starts_with("//") {
            continue;
        }
        is_template = has_odd_backticks(code);
        // The end of a line may be a part of a literal that goes on.
        tight.push_str(if is_template { line.trim_start() } else { code });
        tight.push('\n');
    }
    tight
}

fn has_odd_backticks(line: &str) -> bool {
    line.matches('`').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go_and_literals_stay() {
        let script = "/** Adds.\n * @param {number} a\n */\nfunction add(a) {\n    // One more.\n\n    \
                      return a\n        * `x\n   /** no comment */\n  y` + `z`;\n}\n/** One line. */\nadd(1);\n";
        let tight =
            "function add(a) {\nreturn a\n* `x\n   /** no comment */\n  y` + `z`;\n}\nadd(1);\n";
        assert_eq!(tighten(script), tight);
    }
}
