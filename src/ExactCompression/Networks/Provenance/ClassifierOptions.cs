using System.Globalization;

namespace ExactCompression;

/// <summary>How a classifier is trained.</summary>
public sealed record ClassifierOptions
{
    /// <summary>Widths of the hidden layers, input side first; empty for a linear classifier.</summary>
    public int[] Hidden { get; init; } = [100, 100];

    /// <summary>
    /// Layers with convolutions, such as <c>8c3s2-16c3s2-64</c>: 8 filters of 3 x 3 at every second row and column, 16, then 64 neurons.
    /// Padding is half the kernel, rounded down, unless a <c>p</c> states it: <c>8c5s2p0</c>. Empty for <see cref="Hidden"/> instead.
    /// </summary>
    public string Architecture { get; init; } = "";

    /// <summary>
    /// Channels, rows and columns of a row of data, for <see cref="Architecture"/>; empty for a square of 1 channel, or of 3.
    /// </summary>
    public int[] InputShape { get; init; } = [];

    /// <summary>Whether BatchNormalization follows each convolution (Ioffe and Szegedy, 2015).</summary>
    public bool BatchNormalization { get; init; }

    /// <summary>
    /// The group penalty on filters without BatchNormalization, on the Euclidean norm of each filter with its bias; 0 for none. It acts
    /// once per step (proximal group lasso; Wen et al., NIPS 2016) and makes whole filters exactly 0.
    /// </summary>
    public double FilterPenalty { get; init; }

    /// <summary>
    /// The l1 penalty on the scales of BatchNormalization (network slimming; Liu et al., ICCV 2017); 0 for none. It acts once per step. The
    /// shift of a scale that has become exactly 0 is kept from being positive, so that the filter is off everywhere.
    /// </summary>
    public double ScalePenalty { get; init; }

    /// <summary>The l1 penalty on all weights, not on biases; 0 for none.</summary>
    /// <remarks>
    /// The loss is the mean cross-entropy. In <see cref="L1Mode.Proximal"/> mode the penalty acts once per step and is not amplified by the
    /// momentum: with momentum <c>m</c> weights settle where those of the penalty <c>(1 - m) L1</c> do in <see cref="L1Mode.Subgradient"/>
    /// mode.
    /// </remarks>
    public double L1 { get; init; }

    /// <summary>
    /// Weights of the stability penalty: one for all hidden layers, or one a hidden layer, input side first; empty, or 0, for none.
    /// </summary>
    /// <remarks>
    /// The penalty is a sum over the neurons of a layer, of interval bounds over the domain that <see cref="StabilityRadius"/> gives; its
    /// gradient is added to that of the mean cross-entropy.
    /// </remarks>
    public double[] Stability { get; init; } = [];

    /// <summary>What the stability penalty is.</summary>
    public StabilityMode StabilityMode { get; init; }

    /// <summary>
    /// Over which inputs neurons are to be stable: 0 for all of [0,1]^n, wider where a training row lies beyond it; a radius for the ball
    /// in the maximum norm around each row of a batch, cut off where that box ends, with the mean of their penalties.
    /// </summary>
    public double StabilityRadius { get; init; }

    /// <summary>Passes over the training rows; 0 for as many as it takes for 12,000 steps, and at least 20.</summary>
    public int Epochs { get; init; }

    /// <summary>Rows per step; more than there are rows means all of them.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>
    /// The learning rate of the first epoch; 0 for the default: 0.1 with <see cref="TrainingOptimizer.Sgd"/>, 0.001 with
    /// <see cref="TrainingOptimizer.Adam"/>.
    /// </summary>
    public double LearningRate { get; init; }

    /// <summary>The share of a step that carries over to the next; from 0 to less than 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// The learning rate of the last epoch, as a share of the first; it falls by the same factor each epoch. 1 keeps it constant.
    /// </summary>
    public double LearningRateDecay { get; init; } = 0.01;

    /// <summary>
    /// Seed of the weights, of the split and of the order of rows. The same seed gives the same network, whatever the number of threads.
    /// </summary>
    public int Seed { get; init; }

    /// <summary>How gradients become steps.</summary>
    public TrainingOptimizer Optimizer { get; init; }

    /// <summary>How the l1 penalty is applied.</summary>
    public L1Mode L1Mode { get; init; }

    /// <summary>Share of the rows, from 0 to less than 1, that is held out to measure accuracy.</summary>
    public double ValidationFraction { get; init; } = 0.1;

    /// <summary>Threads to use; 0 for all cores.</summary>
    public int Threads { get; init; }

    /// <summary>The options that most runs set, in a few words.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Layers()}, l1 {L1:g4}{Penalties()}, {Optimizer}, seed {Seed}");

    private string Layers() => Architecture.Length > 0
        ? Architecture + (BatchNormalization ? " with BatchNormalization" : "")
        : $"hidden {(Hidden.Length == 0 ? "none" : string.Join('-', Hidden))}";

    private string Penalties()
    {
        (string Name, double[] Weights)[] all = [("stability", HasStability ? Stability : []), ("filters", [FilterPenalty]),
            ("scales", [ScalePenalty])];
        return string.Concat(all.Where(static p => Array.Exists(p.Weights, static w => w > 0)).Select(
            static p => $", {p.Name} {string.Join('-', p.Weights.Select(static w => w.ToString("g4", CultureInfo.InvariantCulture)))}"));
    }

    /// <summary>Whether any hidden layer has a stability penalty.</summary>
    internal bool HasStability => Architecture.Length == 0 && Hidden.Length > 0 && Array.Exists(Stability, static weight => weight > 0);

    /// <summary>The weight of the stability penalty of a hidden layer.</summary>
    /// <param name="layer">From 0.</param>
    internal double StabilityOf(int layer) => Stability.Length switch
    {
        0 => 0,
        1 => Stability[0],
        _ => Stability[layer],
    };
}
