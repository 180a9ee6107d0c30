using ExactCompression.Networks;
using ExactCompression.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>The layers of a lowered graph up to its last rectifiers, and the box of its input, on the device in float32.</summary>
internal sealed class DeviceNetwork : IDisposable
{
    private readonly DeviceMemory memory;
    private readonly Layer?[] layers;

    /// <summary>Copies the weights to the device.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="kernels">Its kernels.</param>
    /// <param name="shape">How work is divided into groups.</param>
    /// <param name="plan">The graph.</param>
    /// <param name="domain">The box, of the network's input size.</param>
    public DeviceNetwork(Accelerator accelerator, DeviceKernels kernels, LaunchShape shape, DevicePlan plan, InputDomain domain)
    {
        Plan = plan;
        memory = new(accelerator);
        try
        {
            layers = new Layer[plan.Values.Prepend(0).Max() + 1];
            foreach (int value in plan.Values)
            {
                LoweredLayer layer = plan.LayerOf(value);
                layers[value] = new(
                    [.. layer.Terms.Select(term => DeviceMaps.Copy(kernels, shape, memory, term.Map))],
                    memory.Vector(KernelValues.Convert<float>(layer.Bias.Span).ToArray()));
            }

            var box = new DeviceBox(domain.Lower.Span, domain.Upper.Span);
            Lower = memory.Vector(box.Lower);
            Upper = memory.Vector(box.Upper);
            Width = memory.Vector(box.Width);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>What is computed and kept.</summary>
    public DevicePlan Plan { get; }

    /// <summary>Lower ends of the box.</summary>
    public ArrayView<float> Lower { get; }

    /// <summary>Upper ends of the box.</summary>
    public ArrayView<float> Upper { get; }

    /// <summary>Widths of the box.</summary>
    public ArrayView<float> Width { get; }

    /// <summary>The maps of a layer's terms.</summary>
    /// <param name="value">The value that it gives.</param>
    public IReadOnlyList<IDeviceMap> Terms(int value) => layers[value]!.Terms;

    /// <summary>The biases of a layer.</summary>
    /// <param name="value">The value that it gives.</param>
    public ArrayView<float> Bias(int value) => layers[value]!.Bias;

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();

    private sealed record Layer(IDeviceMap[] Terms, ArrayView<float> Bias);
}
