using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>How one step turns gradients into weights: the optimizer with its numbers at this step, and the l1 penalty.</summary>
internal readonly unsafe struct StepRule
{
    private const double SecondDecay = 0.999;
    private const float Epsilon = 1e-8f;

    private readonly bool isAdam;
    private readonly float rate;
    private readonly float momentum;
    private readonly float threshold;
    private readonly float subgradient;
    private readonly float firstCorrection;
    private readonly float secondCorrection;

    /// <summary>The rule of a step.</summary>
    /// <param name="options">Optimizer, momentum and penalty.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="step">1-based.</param>
    public StepRule(ClassifierOptions options, double rate, long step)
    {
        isAdam = options.Optimizer == TrainingOptimizer.Adam;
        this.rate = (float)rate;
        momentum = (float)options.Momentum;
        threshold = options.L1Mode == L1Mode.Proximal ? (float)(rate * options.L1) : 0;
        subgradient = options.L1Mode == L1Mode.Subgradient ? (float)options.L1 : 0;
        firstCorrection = (float)(1 / (1 - Math.Pow(options.Momentum, step)));
        secondCorrection = (float)(1 / (1 - Math.Pow(SecondDecay, step)));
    }

    private StepRule(StepRule other, float threshold, float subgradient)
    {
        this = other;
        this.threshold = threshold;
        this.subgradient = subgradient;
    }

    /// <summary>The same without the penalty, for biases.</summary>
    public StepRule WithoutPenalty() => new(this, 0, 0);

    /// <summary>Takes the step for the weights of one row of a panel.</summary>
    /// <param name="w">The weights.</param>
    /// <param name="first">Their velocity, or Adam's first moment.</param>
    /// <param name="second">Adam's second moment; null with another optimizer.</param>
    /// <param name="gradient">Their gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply(float* w, float* first, float* second, float* gradient)
    {
        for (int i = 0; i < PackedMatrix<float>.PanelWidth; i += Vector512<float>.Count)
        {
            Vector512<float> weight = Vector512.Load(w + i), g = Vector512.Load(gradient + i), m = Vector512.Load(first + i);
            if (subgradient != 0)
            {
                var slope = Vector512.Create(subgradient);
                g += (slope & Vector512.GreaterThan(weight, Vector512<float>.Zero)) - (slope & Vector512.LessThan(weight, Vector512<float>.Zero));
            }

            if (isAdam)
            {
                Vector512<float> s = Vector512.Load(second + i);
                m += (1 - momentum) * (g - m);
                s += (float)(1 - SecondDecay) * ((g * g) - s);
                s.Store(second + i);
                weight -= rate * firstCorrection * m / (Vector512.Sqrt(secondCorrection * s) + Vector512.Create(Epsilon));
            }
            else
            {
                m = (momentum * m) + g;
                weight -= rate * m;
            }

            m.Store(first + i);
            // The soft threshold: what is within it becomes +0 exactly. NaN stays NaN.
            var most = Vector512.Create(threshold);
            (weight - Vector512.Min(Vector512.Max(weight, -most), most)).Store(w + i);
        }
    }
}
