// Takes out of upstream's stylesheet what is not ours: fonts, the brand blue, files that we do not ship.
const BRAND_BLUE = /#1d70b8/gi

export function own(root) {
  root.walkAtRules("font-face", (rule) => void rule.remove())
  root.walkComments((comment) => void comment.remove())
  root.walkDecls((declaration) => {
    const upstream = /\.(govuk|moj)-/.test(declaration.parent.selector ?? "")
    const asset = /url\((?!["']?data:)/.test(declaration.value)
    if (asset || (upstream && isAboutFonts(declaration))) declaration.remove()
    else declaration.value = declaration.value.replace(BRAND_BLUE, "#5a2d82")
  })
  root.walkRules((rule) => void (rule.nodes.length === 0 && rule.remove()))
  root.walkAtRules((rule) => void (rule.nodes?.length === 0 && rule.remove()))
}

// One font list on the page (scss/cp/_shell.scss) serves every component; print uses the screen's sizes.
function isAboutFonts({ prop, parent }) {
  if (prop === "font-family" || prop.endsWith("font-smoothing") || prop.endsWith("osx-font-smoothing")) return true
  return parent.parent.params === "print" && (prop === "font-size" || prop === "line-height")
}
