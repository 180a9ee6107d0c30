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

    /// <summary>The same with another l1 penalty, which acts once per step: the proximal step.</summary>
    /// <param name="penalty">Its weight.</param>
    public StepRule WithPenalty(double penalty) => new(this, Threshold(penalty), 0);

    /// <summary>How far a proximal step of a penalty moves weights.</summary>
    /// <param name="penalty">Its weight.</param>
    public float Threshold(double penalty) => (float)(rate * penalty);

    /// <summary>Takes the step for some rows of a panel of weights.</summary>
    /// <param name="w">The weights, row after row.</param>
    /// <param name="first">Their velocities, or Adam's first moments, alike.</param>
    /// <param name="second">Adam's second moments, alike; null with another optimizer.</param>
    /// <param name="gradient">Their gradients.</param>
    /// <param name="stride">From one row of the gradients to the next.</param>
    /// <param name="rows">How many rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(float* w, float* first, float* second, float* gradient, int stride, int rows)
    {
        if (isAdam)
            Adam(w, first, second, gradient, stride, rows);
        else
            Sgd(w, first, gradient, stride, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sgd(float* w, float* velocity, float* gradient, int stride, int rows)
    {
        int width = PackedMatrix<float>.PanelWidth;
        Vector512<float> rate = Vector512.Create(this.rate), momentum = Vector512.Create(this.momentum),
            slope = Vector512.Create(subgradient), most = Vector512.Create(threshold);
        for (int r = 0; r < rows; r++, w += width, velocity += width, gradient += stride)
        {
            for (int i = 0; i < width; i += Vector512<float>.Count)
            {
                Vector512<float> weight = Vector512.Load(w + i);
                Vector512<float> v = Vector512.FusedMultiplyAdd(
                    momentum, Vector512.Load(velocity + i), Vector512.Load(gradient + i) + Slope(weight, slope));
                v.Store(velocity + i);
                Shrink(weight - (rate * v), most).Store(w + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Adam(float* w, float* first, float* second, float* gradient, int stride, int rows)
    {
        int width = PackedMatrix<float>.PanelWidth;
        Vector512<float> rate = Vector512.Create(this.rate * firstCorrection), slope = Vector512.Create(subgradient),
            most = Vector512.Create(threshold);
        Vector512<float> newFirst = Vector512.Create(1 - momentum), newSecond = Vector512.Create((float)(1 - SecondDecay)),
            correction = Vector512.Create(secondCorrection), epsilon = Vector512.Create(Epsilon);
        for (int r = 0; r < rows; r++, w += width, first += width, second += width, gradient += stride)
        {
            for (int i = 0; i < width; i += Vector512<float>.Count)
            {
                Vector512<float> weight = Vector512.Load(w + i), m = Vector512.Load(first + i), s = Vector512.Load(second + i);
                Vector512<float> g = Vector512.Load(gradient + i) + Slope(weight, slope);
                m += newFirst * (g - m);
                s += newSecond * ((g * g) - s);
                m.Store(first + i);
                s.Store(second + i);
                Shrink(weight - (rate * m / (Vector512.Sqrt(correction * s) + epsilon)), most).Store(w + i);
            }
        }
    }

    /// <summary>The subgradient of the l1 penalty; 0 at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Slope(Vector512<float> weight, Vector512<float> slope) =>
        (slope & Vector512.GreaterThan(weight, Vector512<float>.Zero)) - (slope & Vector512.LessThan(weight, Vector512<float>.Zero));

    /// <summary>The soft threshold: a value within it becomes exactly +0. NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Shrink(Vector512<float> weight, Vector512<float> most) =>
        weight - Vector512.Min(Vector512.Max(weight, -most), most);
}
