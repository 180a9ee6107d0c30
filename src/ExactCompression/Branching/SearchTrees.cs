using ExactCompression.Bounds;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// A search tree for each of some targets of a layer: in the target's <see cref="ReceptiveField"/> where that is small, else in the whole
/// graph.
/// </summary>
internal sealed class SearchTrees : IDisposable
{
    /// <summary>The maximum number of weights of a field, and of all fields together, which stay in memory.</summary>
    private const long MostOfField = 100_000, MostOfAll = 16_000_000;

    /// <summary>
    /// A field has at most this share of the weights of the layers below, else the whole is as fast; windows of convolutions cost more than
    /// their weights.
    /// </summary>
    private const double ShareOfDense = 0.5, ShareOfGraph = 2;

    private readonly List<ReceptiveField> fields = [];

    /// <summary>Prepares the trees.</summary>
    /// <param name="ledger">Proven bounds.</param>
    /// <param name="layer">1-based layer, among those with rectifiers.</param>
    /// <param name="bounds">Bounds for the layer.</param>
    /// <param name="targets">Targets of the layer.</param>
    public SearchTrees(VerdictLedger ledger, int layer, AlphaBetaCrown bounds, List<SignTarget> targets)
    {
        double share = ledger.Network.IsDense ? ShareOfDense : ShareOfGraph;
        long most = Math.Min((long)(share * ledger.Graph.WeightsTo(layer)), MostOfField), left = MostOfAll;
        All = new ReluBranchAndBound[targets.Count];
        for (int k = 0; k < All.Length; k++)
        {
            SignTarget target = targets[k];
            int neuron = target.Index - ledger.Offsets[layer - 1];
            double range = Math.Max(Math.Abs(ledger.Lower[target.Index]), Math.Abs(ledger.Upper[target.Index]));
            if (ReceptiveField.Of(bounds.Layer, neuron, bounds.Network, Math.Min(most, left)) is { } field)
            {
                fields.Add(field);
                left -= field.Weights;
                All[k] = new(field, target) { Range = range };
            }
            else
            {
                All[k] = new(bounds, target, neuron) { Range = range };
            }
        }
    }

    /// <summary>The trees, in the order of the targets.</summary>
    public ReluBranchAndBound[] All { get; }

    /// <inheritdoc/>
    public void Dispose() => fields.ForEach(static f => f.Dispose());
}
