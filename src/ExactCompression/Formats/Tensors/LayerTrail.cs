namespace ExactCompression.Formats;

/// <summary>Orders of runs of layers, each of which takes as many inputs as the one before has outputs.</summary>
internal static class LayerTrail
{
    // Widths are adversarial input: the search gives up, as if it had found two orders, rather than run forever.
    private const int MaximalSteps = 1_000_000;

    /// <summary>The orders of all runs in which each takes what the one before gives.</summary>
    /// <param name="runs">What each run takes and gives.</param>
    /// <param name="order">An order, or null where none was found.</param>
    /// <returns>0, 1, or 2 for more than one or too many to search.</returns>
    public static int Find(IReadOnlyList<(int Takes, int Gives)> runs, out int[]? order)
    {
        order = null;
        var surplus = new Dictionary<int, int>();
        var from = new Dictionary<int, List<int>>();
        for (int i = 0; i < runs.Count; i++)
        {
            surplus[runs[i].Takes] = surplus.GetValueOrDefault(runs[i].Takes) + 1;
            surplus[runs[i].Gives] = surplus.GetValueOrDefault(runs[i].Gives) - 1;
            if (!from.TryGetValue(runs[i].Takes, out List<int>? list))
                from.Add(runs[i].Takes, list = []);
            list.Add(i);
        }

        // A path over all edges of a graph leaves its first vertex once more than it comes there, and its last once less.
        int[] starts = [.. surplus.Where(static s => s.Value > 0).Select(static s => s.Key)];
        if (starts.Length > 1 || (starts.Length == 1 && surplus[starts[0]] > 1))
            return 0;
        return new Search(runs, from).Run(starts.Length == 1 ? starts : [.. from.Keys], out order);
    }

    private sealed class Search(IReadOnlyList<(int Takes, int Gives)> runs, Dictionary<int, List<int>> from)
    {
        private readonly bool[] used = new bool[runs.Count];
        private readonly List<int> path = [];
        private int steps;

        public int Run(int[] starts, out int[]? order)
        {
            order = null;
            int found = 0;
            foreach (int start in starts)
            {
                found += From(start, found, ref order);
                if (found > 1)
                    return 2;
            }

            return found;
        }

        // Depth first, without recursion: one frame for each run of the path, with the place where its list of successors goes on.
        private int From(int width, int before, ref int[]? order)
        {
            int found = 0;
            var next = new Stack<(int Width, int At)>([(width, 0)]);
            while (next.TryPop(out (int Width, int At) frame))
            {
                List<int>? successors = from.GetValueOrDefault(frame.Width);
                int at = frame.At;
                while (successors is not null && at < successors.Count && used[successors[at]] && ++steps <= MaximalSteps)
                    at++;
                if (++steps > MaximalSteps)
                    return 2;
                if (successors is null || at >= successors.Count)
                {
                    if (path.Count == 0)
                        return found;
                    used[path[^1]] = false;
                    path.RemoveAt(path.Count - 1);
                    continue;
                }

                int run = successors[at];
                next.Push((frame.Width, at + 1));
                used[run] = true;
                path.Add(run);
                if (path.Count == runs.Count)
                {
                    order ??= [.. path];
                    if (before + ++found > 1)
                        return found;
                }

                next.Push((runs[run].Gives, 0));
            }

            return found;
        }
    }
}
