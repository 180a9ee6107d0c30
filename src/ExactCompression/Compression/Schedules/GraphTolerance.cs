using ExactCompression.Compression.Channels;

namespace ExactCompression.Compression.Schedules;

/// <summary>Which steps on a graph are taken: those that make it smaller and move its outputs by no more than is tolerated.</summary>
internal sealed class GraphTolerance
{
    private readonly CompressionOptions options;
    private readonly Dictionary<(int Layer, CompressionStepKind Kind), string> refused = [];
    private double? most;

    /// <summary>The tolerance that is asked for, if one is.</summary>
    /// <param name="options">Objective, precision and tolerance.</param>
    public GraphTolerance(CompressionOptions options) => (this.options, most) = (options, options.Tolerance);

    /// <summary>Where none is asked for, the default of the highest level.</summary>
    /// <param name="draft">The graph.</param>
    public void Default(GraphDraft draft) => most ??= OutputScale.ToleranceOf(draft, options.Precision);

    /// <summary>
    /// Whether the stored draft is within the tolerance; behind what is not analysed none is proven, whatever is tolerated.
    /// </summary>
    /// <param name="draft">The draft.</param>
    public bool Allows(GraphDraft draft) => Allows(draft, most);

    /// <summary>Whether a draft is smaller than another, and within the tolerance.</summary>
    /// <param name="before">The graph before.</param>
    /// <param name="after">The graph after.</param>
    public bool Takes(GraphDraft before, GraphDraft after) =>
        after.Size.IsBelow(before.Size, options.Objective) && (Allows(after) || Refuse(before, after));

    /// <summary>
    /// The same where affine operations were joined. Such a join rounds all weights anew; where that saves no weight, but only the numbers
    /// of a normalisation, it is done only if it moves nothing, or if a tolerance is asked for: an exact result is worth more.
    /// </summary>
    /// <param name="before">The graph before.</param>
    /// <param name="after">The graph after.</param>
    public bool TakesJoined(GraphDraft before, GraphDraft after)
    {
        if (options.Tolerance is not null || after.Size.Weights < before.Size.Weights)
            return Takes(before, after);
        return after.Size.IsBelow(before.Size, options.Objective) && Allows(after, StoredGraph.Of(before, options.Precision).Deviation);
    }

    /// <summary>Remembers steps that are not taken because of what they might move.</summary>
    /// <param name="before">The graph before.</param>
    /// <param name="after">The graph after.</param>
    /// <returns>False.</returns>
    public bool Refuse(GraphDraft before, GraphDraft after)
    {
        foreach (CompressionStep step in after.Steps.Skip(before.Steps.Count))
            refused.TryAdd((step.Layer, step.Kind), step.Description);
        return false;
    }

    /// <summary>Sentences on steps that were not taken, of kinds that were not taken in another way at their places.</summary>
    /// <param name="draft">What came of it.</param>
    public IEnumerable<string> Refused(GraphDraft draft)
    {
        const string Why = "Not done, because it might move the outputs by more than is tolerated:";
        HashSet<(int Layer, CompressionStepKind Kind)> done = [.. draft.Steps.Select(static s => (s.Layer, s.Kind))];
        return refused.Where(r => !done.Contains(r.Key)).OrderBy(static r => r.Key).Select(static r => $"{Why} {r.Value}");
    }

    private bool Allows(GraphDraft draft, double? tolerance) => double.IsFinite(draft.Deviation)
        && StoredGraph.Of(draft, options.Precision).Deviation is var stored && double.IsFinite(stored) && !(stored > tolerance);
}
