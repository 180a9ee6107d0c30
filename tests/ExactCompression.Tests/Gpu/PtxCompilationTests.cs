using System.Reflection;
using ExactCompression.Gpu.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace ExactCompression.Tests.Gpu;

/// <summary>Compiles every kernel for NVIDIA cards, which needs no card.</summary>
public sealed class PtxCompilationTests
{
    public static TheoryData<int, int> Architectures => new() { { 7, 0 }, { 7, 5 }, { 8, 0 }, { 8, 6 }, { 8, 9 }, { 9, 0 } };

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Compile_EveryKernel_NeedsNoLocalMemory(int major, int minor)
    {
        using var context = Context.Create(static _ => { });
        var architecture = new CudaArchitecture(major, minor);
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, new CudaInstructionSet(7, 8), null);
        MethodInfo[] kernels = [.. Kernels()];
        Assert.Equal(9, kernels.Length);
        foreach (MethodInfo kernel in kernels)
        {
            var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), KernelSpecialization.Empty);
            string name = $"{kernel.DeclaringType!.Name}.{kernel.Name}";
            Assert.True(compiled.PTXAssembly.Contains(".visible .entry", StringComparison.Ordinal), name);
            Assert.False(compiled.PTXAssembly.Contains(".local", StringComparison.Ordinal), $"{name} spills to local memory.");
            Assert.True(compiled.Info?.SharedAllocations.TotalSize is null or <= 16 * 1024, $"{name} takes more shared memory than three groups a multiprocessor allow.");
        }
    }

    private static IEnumerable<MethodInfo> Kernels() =>
        typeof(AffineKernel).Assembly.GetTypes()
            .Where(static t => t.Namespace == typeof(AffineKernel).Namespace && (t.Name.EndsWith("Kernel", StringComparison.Ordinal) || t.Name.EndsWith("Kernels", StringComparison.Ordinal)))
            .SelectMany(static t => t.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Where(static m => m.ReturnType == typeof(void));
}
