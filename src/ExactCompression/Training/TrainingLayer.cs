using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>A layer while it is trained.</summary>
internal sealed class TrainingLayer
{
    private readonly int inputs;
    private readonly int outputs;
    private readonly float[] velocity;
    private readonly float[] biasVelocity;
    private readonly float[] second;
    private readonly float[] biasSecond;
    private int steps;

    public TrainingLayer(int inputs, int outputs, Random random)
    {
        this.inputs = inputs;
        this.outputs = outputs;
        Weights = new float[inputs * outputs];
        velocity = new float[Weights.Length];
        second = new float[Weights.Length];
        Bias = new float[outputs];
        biasVelocity = new float[outputs];
        biasSecond = new float[outputs];
        double bound = Math.Sqrt(6.0 / inputs);
        for (int i = 0; i < Weights.Length; i++)
            Weights[i] = (float)(bound * ((2 * random.NextDouble()) - 1));
    }

    public float[] Weights { get; }

    public float[] Bias { get; }

    public float[] Forward(float[] values, int rows)
    {
        using PackedMatrix<float> packed = PackedMatrix<float>.FromTransposed(Weights, outputs, inputs);
        var z = new float[rows * outputs];
        MatrixProduct.Multiply(values, rows, packed, Bias, z);
        return z;
    }

    public float[] Backward(float[] delta, int rows)
    {
        using PackedMatrix<float> packed = PackedMatrix<float>.FromRows(Weights, outputs, inputs);
        var below = new float[rows * inputs];
        MatrixProduct.Multiply<float>(delta, rows, packed, [], below);
        return below;
    }

    public void Update(float[] delta, float[] values, int rows, ClassifierOptions options, double rate)
    {
        var transposed = new float[outputs * rows];
        var biasGradient = new float[outputs];
        for (int r = 0; r < rows; r++)
        {
            for (int o = 0; o < outputs; o++)
            {
                transposed[(o * rows) + r] = delta[(r * outputs) + o];
                biasGradient[o] += delta[(r * outputs) + o];
            }
        }

        using PackedMatrix<float> packed = PackedMatrix<float>.FromRows(values, rows, inputs);
        var gradient = new float[Weights.Length];
        MatrixProduct.Multiply<float>(transposed, outputs, packed, [], gradient);
        steps++;
        Apply(Weights, gradient, velocity, second, options, rate, (float)options.L1);
        Apply(Bias, biasGradient, biasVelocity, biasSecond, options, rate, 0);
    }

    public AffineLayer ToLayer(Activation activation) => new(Array.ConvertAll(Weights, static w => (double)w), Array.ConvertAll(Bias, static b => (double)b), outputs, inputs, activation);

    private void Apply(float[] weights, float[] gradient, float[] first, float[] second, ClassifierOptions options, double rate, float l1)
    {
        float momentum = (float)options.Momentum, step = (float)rate, threshold = options.L1Mode == L1Mode.Proximal ? (float)rate * l1 : 0;
        float subgradient = options.L1Mode == L1Mode.Subgradient ? l1 : 0;
        bool isAdam = options.Optimizer == TrainingOptimizer.Adam;
        float decay = 0.999f, correction1 = (float)(1 / (1 - Math.Pow(momentum, steps))), correction2 = (float)(1 / (1 - Math.Pow(decay, steps)));
        for (int i = 0; i < weights.Length; i++)
        {
            float g = gradient[i] + (subgradient * Math.Sign(weights[i]));
            float w;
            if (isAdam)
            {
                first[i] = (momentum * first[i]) + ((1 - momentum) * g);
                second[i] = (decay * second[i]) + ((1 - decay) * g * g);
                w = weights[i] - (step * first[i] * correction1 / (MathF.Sqrt(second[i] * correction2) + 1e-8f));
            }
            else
            {
                first[i] = (momentum * first[i]) + g;
                w = weights[i] - (step * first[i]);
            }

            weights[i] = Math.Abs(w) <= threshold ? 0 : w - MathF.CopySign(threshold, w);
        }
    }
}
