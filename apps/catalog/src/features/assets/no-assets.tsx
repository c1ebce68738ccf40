import type { ReactNode } from "react";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";

const FIRST_ASSET = `import { asset, definitions } from "@heddle/core";

const orders = asset({
  key: "shop/orders",
  async materialize() {
    return [{ id: 1, total: 12.5 }];
  },
});

export default definitions({ assets: [orders] });`;

/** A project that declares nothing yet. */
export function NoAssets(): ReactNode {
  return (
    <EmptyState title="No assets are declared yet.">
      <p>Declare the first one in a module of your project; it appears here as soon as the file is saved.</p>
      <Snippet>{FIRST_ASSET}</Snippet>
    </EmptyState>
  );
}
