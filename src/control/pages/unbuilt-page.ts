/** What a browser is shown where the pages of the console were not built: how to build them, and what answers without. */
export function unbuiltPage(): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sallyport: the console is not built</title>
<h1>The pages of the console are not built</h1>
<p>The control plane serves: commands such as <code>sallyport approvals list</code>, and whatever asks <code>/api/v1</code>, do their work.</p>
<p>In a clone, the pages are built by</p>
<pre>npm run build</pre>
<p>and by <code>npm run demo</code>; then load this page again, the gateway need not be started anew. The published package has them built.</p>
</html>
`;
}
