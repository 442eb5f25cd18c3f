// Measures the primitives beside the bare calls into C that they wrap, and what is built on them. Rows of
// `name | ours | bare call, or calls a second | ratio`; best of nine rounds, processor time of one thread.

try Primitives.run()
try Constructions.run()
try Conversations.run()
