//! Formulas as MathML, which browsers set and screen readers speak without any script.

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// Longest formula that is set, in bytes.
const MAX_FORMULA: usize = 2_000;

/// The converter recurses with each group or command, twice at worst, some 30 kB each without
/// optimisation. Formulas with more of them than this are converted on a stack of their own, of which
/// only what is used is ever made real.
const SHORT: usize = 12;
const STACK: usize = 256 << 20;

/// MathML Core elements that presentation needs. None of them runs, loads or links to anything.
const ELEMENTS: &str = "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts \
    mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder \
    munderover";

const ATTRIBUTES: &str = "accent accentunder columnalign columnlines columnspacing depth display displaystyle \
    fence form height largeop linethickness lspace mathvariant maxsize minsize movablelimits \
    notation rowspacing rspace scriptlevel separator stretchy width";

/// The formula as MathML; `None` when it cannot be set.
pub(super) fn mathml(latex: &str, display: bool) -> Option<String> {
    if latex.len() > MAX_FORMULA {
        return None;
    }
    let display = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let convert = || {
        let converter = LatexToMathML::new(MathCoreConfig::default()).ok()?;
        Some(converter.convert_with_local_state(latex.trim(), display).ok()?.mathml)
    };
    let nests = latex.bytes().filter(|b| matches!(b, b'\\' | b'{' | b'[' | b'^' | b'_')).count();
    let mathml = if nests <= SHORT {
        convert()
    } else {
        std::thread::scope(|scope| {
            let builder = std::thread::Builder::new().stack_size(STACK);
            builder.spawn_scoped(scope, convert).ok()?.join().ok()?
        })
    };
    known_only(&mathml?)
}

/// The same MathML with known attributes only; `None` if it holds anything but known elements, each
/// closed where it was opened. The converter does not escape all of an author's text, so its output is
/// checked like any other input. Styles go because pages forbid inline styles.
fn known_only(mathml: &str) -> Option<String> {
    let mut out = String::with_capacity(mathml.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = mathml;
    while let Some((text, tag)) = rest.split_once('<') {
        out.push_str(text);
        let (tag, after) = tag.split_once('>')?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop()? != name {
                return None;
            }
            out.push_str("</");
            out.push_str(name);
        } else {
            let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let name = tag.split_once(' ').map_or(tag, |(name, _)| name);
            if !lists(ELEMENTS, name) {
                return None;
            }
            out.push('<');
            out.push_str(name);
            known_attributes(&tag[name.len()..], &mut out)?;
            if is_empty {
                out.push_str("></");
                out.push_str(name);
            } else {
                open.push(name);
            }
        }
        out.push('>');
    }
    out.push_str(rest);
    open.is_empty().then_some(out)
}

/// Copies ` name="value"` pairs; `None` if there is anything else.
fn known_attributes(attributes: &str, out: &mut String) -> Option<()> {
    let mut rest = attributes;
    while !rest.trim_start().is_empty() {
        let (name, after) = rest.strip_prefix(' ')?.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        if lists(ATTRIBUTES, name) {
            out.push_str(&format!(" {name}=\"{value}\""));
        }
        rest = after;
    }
    Some(())
}

fn lists(names: &str, name: &str) -> bool {
    names.split(' ').any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml() {
        let expected = "<math><msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><mfrac><mi>a</mi><mi>b</mi></mfrac></math>";
        assert_eq!(mathml("x^2 + \\frac{a}{b}", false).as_deref(), Some(expected));
        assert!(
            mathml("\\sum_{i=0}^n i", true)
                .is_some_and(|m| m.starts_with("<math display=\"block\">"))
        );
        assert!(
            mathml("\\begin{align} a&=b\\end{align}", true).is_some_and(|m| !m.contains(" style="))
        );
    }

    #[test]
    fn text_in_a_formula_is_never_markup() {
        let text = mathml("\\text{<script>}", false);
        assert!(text.is_some_and(|m| m.contains("&lt;script&gt;")));
        for formula in
            ["\\operatorname{<b>}", "\\operatorname{<img/src=x>}", "\\operatorname{</mo>}"]
        {
            assert_eq!(mathml(formula, false), None, "{formula}");
        }
        for markup in [
            "<mi onclick='x'>a</mi>",
            "<mi><mn>1</mi></mn>",
            "<mi>",
            "</mi>",
            "<b></b>",
            "<mi",
            "<mi a=\"1>",
        ] {
            assert_eq!(known_only(markup), None, "{markup}");
        }
        assert_eq!(known_only("<mi onclick=\"x\">a</mi>").as_deref(), Some("<mi>a</mi>"));
    }

    #[test]
    fn what_cannot_be_set_is_left_to_the_caller() {
        for formula in ["{", "\\foo", "a & b", &"x".repeat(MAX_FORMULA + 1)] {
            assert_eq!(mathml(formula, false), None);
        }
    }

    #[test]
    fn hostile_nesting_does_not_exhaust_the_stack() {
        for (open, inner, close) in
            [("{", "x", "}"), ("\\sqrt{", "x", "}"), ("x_{", "x", "}"), ("\\frac1", "1", "")]
        {
            let times = (MAX_FORMULA - 1) / (open.len() + close.len());
            let formula = format!("{}{inner}{}", open.repeat(times), close.repeat(times));
            assert!(mathml(&formula, false).is_some(), "{open}");
        }
        assert_eq!(mathml(&"{".repeat(MAX_FORMULA), false), None);
    }
}
