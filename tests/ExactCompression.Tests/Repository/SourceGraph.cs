namespace ExactCompression.Tests.Repository;

/// <summary>Which source file uses a type of which other.</summary>
internal sealed class SourceGraph
{
    private readonly Dictionary<SourceFile, Dictionary<SourceFile, string>> uses = [];

    public SourceGraph(IReadOnlyList<SourceFile> files)
    {
        var declared = files.SelectMany(static f => f.Types.Select(t => (Type: t, File: f)))
            .ToLookup(static d => d.Type, static d => d.File);
        foreach (SourceFile file in files)
        {
            Dictionary<SourceFile, string> used = uses[file] = [];
            foreach ((string? qualifier, string name) in file.Names)
            {
                SourceFile[] seen = [.. declared[name].Where(f => file.Sees(f, qualifier))];
                SourceFile? nearest = seen.FirstOrDefault(f => f.Namespace == file.Namespace) ?? seen.FirstOrDefault();
                if (nearest is not null && nearest != file)
                    used.TryAdd(nearest, name);
            }
        }
    }

    /// <summary>Every use of another file's type: the file, the type's name, and the file that declares it.</summary>
    public IEnumerable<(SourceFile File, string Name, SourceFile Used)> Uses =>
        uses.SelectMany(static file => file.Value.Select(use => (file.Key, use.Value, use.Key)));

    /// <summary>Sets of files, as large as possible, in which each file reaches every other (Tarjan's algorithm).</summary>
    public List<SourceFile[]> Circles()
    {
        var order = new Dictionary<SourceFile, int>();
        var lowest = new Dictionary<SourceFile, int>();
        var open = new Stack<SourceFile>();
        var circles = new List<SourceFile[]>();
        foreach (SourceFile file in uses.Keys.Where(f => !order.ContainsKey(f)))
            Visit(file);
        return circles;

        void Visit(SourceFile file)
        {
            order[file] = lowest[file] = order.Count;
            open.Push(file);
            foreach (SourceFile next in uses[file].Keys)
            {
                if (!order.ContainsKey(next))
                    Visit(next);
                if (open.Contains(next))
                    lowest[file] = Math.Min(lowest[file], lowest[next]);
            }

            if (lowest[file] != order[file])
                return;
            SourceFile[] circle = [.. open.TakeWhile(f => f != file), file];
            foreach (SourceFile _ in circle)
                open.Pop();
            if (circle.Length > 1)
                circles.Add(circle);
        }
    }
}
