// Turns left and right into start and end, so that one stylesheet serves both directions of writing.
import postcss from "postcss"

const SIDES = { left: "inset-inline-start", right: "inset-inline-end" }
for (const [physical, side] of [["left", "inline-start"], ["right", "inline-end"]]) {
  for (const box of ["margin", "padding"]) SIDES[`${box}-${physical}`] = `${box}-${side}`
  for (const part of ["", "-width", "-color", "-style"]) SIDES[`border-${physical}${part}`] = `border-${side}${part}`
}
const CORNERS = {
  "border-top-left-radius": "border-start-start-radius",
  "border-top-right-radius": "border-start-end-radius",
  "border-bottom-left-radius": "border-end-start-radius",
  "border-bottom-right-radius": "border-end-end-radius",
}

export function logical(root) {
  const forTheEye = new Set()
  root.walkDecls((declaration) => {
    if (!(named(declaration) || valued(declaration) || fourSided(declaration)) && undecided(declaration)) {
      forTheEye.add(`${declaration.parent.selector} { ${declaration.prop}: ${declaration.value} }`)
    }
  })
  return forTheEye
}

function named(declaration) {
  const name = SIDES[declaration.prop] ?? CORNERS[declaration.prop]
  if (name) declaration.prop = name
  return Boolean(name)
}

function valued(declaration) {
  if (/^justify-(content|self)$/.test(declaration.prop) && declaration.value === "right") {
    declaration.value = "end"
    return true
  }
  if (!/^(float|clear|text-align)$/.test(declaration.prop) || !/^(left|right)$/.test(declaration.value)) return false
  const side = declaration.value === "left" ? "start" : "end"
  declaration.value = declaration.prop === "text-align" ? side : `inline-${side}`
  return true
}

function fourSided(declaration) {
  const match = /^(margin|padding|border-width|border-color|border-style)$/.exec(declaration.prop)
  const values = postcss.list.space(declaration.value)
  if (!match || values.length !== 4 || values[1] === values[3]) return false
  const [box, part] = declaration.prop.split("-")
  const sides = ["block-start", "inline-end", "block-end", "inline-start"]
  sides.forEach((side, i) => {
    declaration.cloneBefore({ prop: part ? `${box}-${side}-${part}` : `${box}-${side}`, value: values[i] })
  })
  declaration.remove()
  return true
}

function undecided({ prop, value }) {
  return (
    /^(clip-path|transform|background-position|justify-content|justify-self|transform-origin)$/.test(prop) &&
    /left|right|polygon|translateX|rotate|% 0/.test(value)
  )
}
