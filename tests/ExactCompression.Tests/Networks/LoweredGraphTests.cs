using ExactCompression.Networks;
using Xunit;

namespace ExactCompression.Tests.Networks;

/// <summary>Units as rectifiers between linear maps, against their definitions.</summary>
public sealed class LoweredGraphTests
{
    [Fact]
    public void Lower_UnitsOfEveryKind_KeepsTheFunction()
    {
        var units = new (UnitOperator Unit, Func<double, double> Function)[]
        {
            (new ReluOperator(), static z => Math.Max(0, z)),
            (new LeakyReluOperator([0.25], Activation.LeakyRelu), static z => z > 0 ? z : 0.25 * z),
            (new LeakyReluOperator([-1], Activation.Abs), Math.Abs),
            (new ClipOperator(0, 6), static z => Math.Clamp(z, 0, 6)),
            (new ClipOperator(-1, 1), static z => Math.Clamp(z, -1, 1)),
            (new ClipOperator(double.NegativeInfinity, 1), static z => Math.Min(z, 1)),
            (new ClipOperator(-2, double.PositiveInfinity), static z => Math.Max(z, -2)),
            (new ClipOperator(1, -1), static _ => -1),
            (new HardSigmoidOperator(0.25, 0.5), static z => Math.Clamp((0.25 * z) + 0.5, 0, 1)),
        };
        foreach ((UnitOperator unit, Func<double, double> function) in units)
        {
            var builder = new GraphBuilder();
            int x = builder.AddInput("x", new(5));
            builder.AddOutput("y", builder.Add(unit, new(5), "unit", "", x));
            LoweredGraph lowered = GraphLowering.Lower(builder.Build());
            double[] input = [-7, -1.5, 0, 0.5, 8];
            Assert.Equal(Array.ConvertAll(input, function.Invoke), LoweredEvaluation.Outputs(lowered, input));
        }
    }
}
